"""`python -m benchmarks.siege`: what one attacker costs everybody else. Part of `make bench`.

Products of their own are attacked on 127.0.0.1, with counts and times that are bounded. Beside each
attack somebody else asks and uploads; what they feel is the figure.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.siege import bombs, connections, deliveries, races, visitors
from tests.support.live_stack import FOR_FAULTS, LiveStack
from tests.support.starting import own_folder

ROWS: Mapping[str, tuple[str, str]] = {
    **connections.ROWS,
    **bombs.ROWS,
    **visitors.ROWS,
    "siege_delivery_idle_s": ("somebody's webhook is told, idle (s)", ""),
    "siege_delivery_beside_dead_s": ("  beside 300 deliveries to dead receivers (s)", "+ 2"),
    **{
        f"siege_{name}_beyond": (f"16 at once: {name} beyond their limit", "0")
        for name in races.RACES
    },
}
_PARTS: list[tuple[Mapping[str, str], Callable[[LiveStack], dict[str, float]]]] = [
    (
        {},
        lambda stack: connections.measure(stack) | bombs.measure(stack) | visitors.measure(stack),
    ),
    (FOR_FAULTS, deliveries.measure),
    (races.SETTINGS, races.measure),
]


def measure(folder: Path) -> dict[str, float]:
    """All attacks, each in a product of its own below this folder."""
    figures: dict[str, float] = {}
    for number, (settings, part) in enumerate(_PARTS):
        place = folder / str(number)
        place.mkdir(mode=0o711)  # PostgreSQL may run as another user, who must pass through
        with LiveStack(place, settings) as stack:
            figures |= part(stack)
    return figures


def main() -> None:
    """Attack, and print what it cost the others."""
    with own_folder("siege") as folder:
        figures = measure(folder)
    for name, (text, hold) in ROWS.items():
        print(f"{text:62}{figures[name]:>10.4g}{hold:>10}")


if __name__ == "__main__":
    main()

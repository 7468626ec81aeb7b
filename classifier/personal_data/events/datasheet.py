"""The datasheet of an export, after Gebru et al.: Datasheets for Datasets, 2021.

https://arxiv.org/abs/1803.09010. docs/research-data.md has the reasons behind it.
"""

from datetime import UTC, date, datetime
from importlib.resources import files
from string import Template

from classifier.personal_data.events.fields import EVENTS, FIELDS


def datasheet(
    events: dict[str, int],
    people: int,
    releases: list[str],
    days: tuple[date | None, date | None],
) -> str:
    """The datasheet in Markdown, with the export's own numbers."""
    template = Template(files(__package__).joinpath("datasheet.md").read_text(encoding="utf-8"))
    first, last = days
    return template.substitute(
        made=datetime.now(UTC).date().isoformat(),
        people=people,
        total=sum(events.values()),
        days=f"{first} to {last}" if first else "none: there are no events",
        releases=", ".join(f"`{name}`" for name in releases) or "none",
        events="\n".join(f"| {event} | {events.get(event, 0)} |" for event in EVENTS),
        columns="\n".join(f"| `{each.name}` | {each.type} | {each.meaning} |" for each in FIELDS),
    )

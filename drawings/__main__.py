"""`python -m drawings`: draw the sample photos of the landing page, a few 10 KB each."""

from pathlib import Path

from drawings.outfits import OUTFITS

FOLDER = Path(__file__).resolve().parents[1] / "classifier" / "static" / "classifier" / "samples"
FRAME = (90, 30, 630, 1030)
"""What of a drawing is in the picture: the figure from head to toe, and little beside it."""


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, draw in OUTFITS.items():
        draw().crop(FRAME).save(FOLDER / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()

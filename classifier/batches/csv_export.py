"""A batch's results as CSV: a line for each outfit and for each file that was left out."""

import csv
from collections.abc import Iterable, Iterator

from django.db.models import Prefetch

from classifier.models import Batch, Outfit, Prediction

COLUMNS = ("path", "kind", "style", "confidence", "decided", "set", "top", "error")
SEEN_BEFORE = "seen_before"
# What a spreadsheet program takes for a formula, which a file's name must not be.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv writes to: keeps the line that was written last."""

    def write(self, line: str) -> int:
        self.text = line
        return len(line)


def lines(batch: Batch) -> Iterator[str]:
    """The file line by line, oldest outfit first; the columns are those of `classify_folder`.

    What counts as no outfit has no style; `top` is what the model would say if it were one.
    `error` is a reason code, or `waiting`, or `seen_before` for a photo that was uploaded before.
    """
    line = _Line()
    writer = csv.writer(line)
    writer.writerow(COLUMNS)
    # With a byte order mark, or spreadsheet programs take it for another encoding.
    yield "\ufeff" + line.text
    for row in _rows(batch):
        writer.writerow([_harmless(cell) for cell in row])
        yield line.text


def _rows(batch: Batch) -> Iterator[Iterable[str]]:
    predictions = Prediction.objects.select_related("release").defer("embedding", "activation_map")
    outfits = batch.outfits.order_by("created", "id").prefetch_related(
        Prefetch("predictions", queryset=predictions)
    )
    yield from map(_of_outfit, outfits.iterator(chunk_size=500))
    for each in batch.left_out.order_by("name").iterator():
        yield _without_answer(each.name, each.reason or SEEN_BEFORE)


def _of_outfit(outfit: Outfit) -> Iterable[str]:
    prediction = outfit.prediction
    if prediction is None:
        waits = "" if outfit.finished else "waiting"
        return _without_answer(outfit.original_name, outfit.error_code or waits)
    worn = outfit.kind == Prediction.Kind.OUTFIT
    return (
        outfit.original_name,
        outfit.kind,
        outfit.style,
        f"{prediction.confidence:.4f}" if worn else "",
        str(prediction.decided and worn).lower(),
        " ".join(prediction.style_set) if worn else "",
        " ".join(f"{style.id}:{probability:.4f}" for style, probability in prediction.top),
        "",
    )


def _without_answer(path: str, error: str) -> Iterable[str]:
    return path, *[""] * (len(COLUMNS) - 2), error


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""A batch's results as CSV: a line for each outfit and for each file that was left out."""

from collections.abc import Iterable, Iterator

from django.db.models import Prefetch

from classifier.models import Batch, Outfit, Prediction
from classifier.spreadsheets import csv_download

COLUMNS = ("path", "kind", "style", "confidence", "decided", "set", "top", "error")
SEEN_BEFORE = "seen_before"


def lines(batch: Batch) -> Iterator[str]:
    """The file line by line, oldest outfit first; the columns are those of `classify_folder`.

    What counts as no outfit has no style; `top` is what the model would say if it were one.
    `error` is a reason code, or `waiting`, or `seen_before` for a photo that was uploaded before.
    """
    return csv_download(COLUMNS, _rows(batch))


def _rows(batch: Batch) -> Iterator[Iterable[str]]:
    predictions = (
        Prediction.objects.filter(shown=True)
        .select_related("release")
        .defer("embedding", "activation_map")
    )
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

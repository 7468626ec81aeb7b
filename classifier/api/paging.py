"""Lists in pages: newest first, from a cursor that stays good while rows come and go."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Query

from classifier.api.problems import Code, problem
from classifier.values.places import Place

Cursor = Annotated[
    str, Query(description="Take it from `next` of the page before.", max_length=200)
]
Limit = Annotated[int, Query(description="How many rows a page has.", ge=1, le=200)]
Row = TypeVar("Row", bound=Model)


def page_after(
    request: HttpRequest, rows: QuerySet[Row], cursor: str, limit: int
) -> tuple[Sequence[Row], str | None]:
    """The rows after the cursor (all, if it is empty), and the address of the page after them.

    The rows have `created` and a UUID `id`, and are ordered by both here, descending, which is the
    order of their index. Raises Problem for a cursor that is none of ours.
    """
    if cursor:
        after = _decoded(cursor)
        rows = rows.filter(
            Q(created__lt=after.created) | Q(created=after.created, id__lt=after.row_id)
        )
        rows = rows.filter(created__lte=after.created)  # what the index can start from
    found = list(rows.order_by("-created", "-id")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last: Any = found[limit - 1]
    query = request.GET.copy()
    query["cursor"] = Place(last.created, last.id).cursor
    return found[:limit], request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _decoded(cursor: str) -> Place:
    try:
        return Place.from_cursor(cursor)
    except ValueError as error:
        raise problem(
            Code.INVALID, extra={"errors": [{"where": "query.cursor", "what": "not a cursor"}]}
        ) from error

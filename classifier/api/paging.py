"""Lists in pages: newest first, from a cursor that stays good while rows come and go."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from ninja import Query

from classifier.api.problems import Code, problem

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
        created, row_id = _decoded(cursor)
        rows = rows.filter(Q(created__lt=created) | Q(created=created, id__lt=row_id))
        rows = rows.filter(created__lte=created)  # what the index can start from
    found = list(rows.order_by("-created", "-id")[: limit + 1])
    if len(found) <= limit:
        return found, None
    last: Any = found[limit - 1]
    query = request.GET.copy()
    query["cursor"] = _encoded(last.created, last.id)
    return found[:limit], request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _encoded(created: datetime, row_id: uuid.UUID) -> str:
    return urlsafe_b64encode(f"{created.isoformat()} {row_id}".encode()).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        created, row_id = text.split(" ")
        moment = datetime.fromisoformat(created)
        if moment.tzinfo is None:
            raise ValueError(created)
        return moment, uuid.UUID(row_id)
    except ValueError as error:
        raise problem(
            Code.INVALID, extra={"errors": [{"where": "query.cursor", "what": "not a cursor"}]}
        ) from error

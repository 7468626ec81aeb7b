"""`/api/v1/problems/`: what the reason codes are, for whoever follows a problem's `type`."""

from django.http import HttpRequest
from ninja import Router

from classifier.api.problems import Code, problem, statuses, title
from classifier.api.schemas import ProblemTypeOut

router = Router()


@router.get("/{code}", response=ProblemTypeOut)
def get_problem_type(request: HttpRequest, code: str) -> ProblemTypeOut:
    """The title and the status of a reason code. Needs no token."""
    known = statuses()
    if code not in known:
        raise problem(Code.NOT_FOUND)
    return ProblemTypeOut(code=code, title=title(code), status=known[code])

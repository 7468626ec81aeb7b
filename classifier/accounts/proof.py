"""What a session alone must not do: the person shows their password or a factor again first."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponseBase

from classifier.access import SignedInRequest

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def require_proof(request: SignedInRequest) -> None:
    """Raises ReauthenticationRequired, which allauth's middleware answers with its page.

    What was posted is done when they come back from there.
    """
    if is_reauthentication_required(request, app=""):
        raise ReauthenticationRequired


def proof_required(view: View) -> View:
    """Decorator of a view, inside `login_required`: asks for the proof first."""

    @wraps(view)
    def asked(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_proof(request)
        return view(request, *args, **kwargs)

    return cast(View, asked)

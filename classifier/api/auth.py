"""Who asks: a token in the header `Authorization: Bearer`, and nothing else.

A browser's session is not accepted, so no other site can make a visitor's browser use the API, and
no operation needs a CSRF token.
"""

from django.http import HttpRequest
from ninja.security import HttpBearer

from classifier.access import SignedInRequest
from classifier.accounts.factors import lacks_factor
from classifier.api.limits import Allowance, count_request, too_many
from classifier.api.problems import Code, problem
from classifier.integrations.tokens import find_token
from classifier.models import ApiToken, Scope


class ApiRequest(SignedInRequest):
    """What an operation gets: `user` is the token's owner."""

    auth: ApiToken
    allowance: Allowance | None


class Bearer(HttpBearer):
    """A good token with one scope; counts the request against the token's limit."""

    openapi_description = "A token from /account/tokens/ or `manage.py create_token USER`."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token. Raises Problem: 401, 403 or 429."""
        found = find_token(token)
        if found is None:
            raise problem(
                Code.INVALID_TOKEN,
                headers={"WWW-Authenticate": 'Bearer realm="fasi", error="invalid_token"'},
            )
        allowance = count_request(found)
        request.allowance = allowance  # type: ignore[attr-defined]  # the middleware shows it
        request.user = found.owner
        if allowance and allowance.remaining < 0:
            raise too_many(allowance)
        # Who is no longer staff, or has no second factor, loses what their tokens could do.
        if self.scope not in found.scopes or (
            self.scope == Scope.ADMIN and (not found.owner.is_staff or lacks_factor(found.owner))
        ):
            raise problem(
                Code.MISSING_SCOPE,
                headers={
                    "WWW-Authenticate": 'Bearer realm="fasi", error="insufficient_scope", '
                    f'scope="{self.scope}"'
                },
                extra={"scope": str(self.scope)},
            )
        return found


READ, WRITE, ADMIN = Bearer(Scope.READ), Bearer(Scope.WRITE), Bearer(Scope.ADMIN)

"""`/account/tokens/`: somebody's tokens for the REST API, made and revoked."""

import uuid
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from classifier.access import SignedInRequest
from classifier.accounts.notices import Notice, tell_owner
from classifier.accounts.proof import require_proof
from classifier.audit import Action, record
from classifier.integrations.tokens import Issued, TokenRefused, issue_token, revoke_token
from classifier.models import ApiToken, Scope
from classifier.values.text import single_line

LIFETIMES = [
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("1 year")),
    ("", gettext_lazy("Never")),
]


class TokenForm(forms.Form):
    """What a new token is for, what it may do, and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        validators=[single_line],
        help_text=gettext_lazy("What the token is for"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions"),
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ, Scope.WRITE],
    )
    days = forms.ChoiceField(
        label=gettext_lazy("Expires in"), choices=LIFETIMES, required=False, initial="90"
    )

    def __init__(self, *args: object, owner: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.owner = owner
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            choice for choice in Scope.choices if owner.is_staff or choice[0] != Scope.ADMIN
        ]

    def issue(self) -> Issued:
        """Make the token. Raises TokenRefused."""
        days = self.cleaned_data["days"]
        return issue_token(
            self.owner,
            self.cleaned_data["name"],
            self.cleaned_data["scopes"],
            timezone.now() + timedelta(days=int(days)) if days else None,
        )


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, View):
    """GET lists them; POST makes one, and its answer is the only page that ever shows it."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        return _page(request, TokenForm(owner=request.user))

    def post(self, request: SignedInRequest) -> HttpResponse:
        require_proof(request)
        form = TokenForm(request.POST, owner=request.user)
        if not form.is_valid():
            return _page(request, form, status=422)
        try:
            issued = form.issue()
        except TokenRefused as error:
            form.add_error(None, str(error))
            return _page(request, form, status=422)
        scopes = form.cleaned_data["scopes"]
        record(Action.TOKEN_MADE, request=request, token=str(issued.token.pk), scopes=scopes)
        tell_owner(request.user, Notice.TOKEN_MADE, name=issued.token.name)
        return _page(request, TokenForm(owner=request.user), issued)


def _page(
    request: SignedInRequest, form: TokenForm, issued: Issued | None = None, status: int = 200
) -> HttpResponse:
    tokens = ApiToken.objects.filter(owner=request.user, revoked__isnull=True).order_by("-created")
    context = {"form": form, "issued": issued, "tokens": tokens}
    return render(request, "classifier/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: SignedInRequest, token_id: uuid.UUID) -> HttpResponse:
    """End a token at once."""
    if revoke_token(request.user, token_id):
        record(Action.TOKEN_REVOKED, request=request, token=str(token_id))
        messages.success(request, _("Token revoked. Programs can no longer use it."))
    return redirect("tokens")

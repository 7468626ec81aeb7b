"""Forms of accounts, where they ask more than allauth's."""

from allauth.account.forms import ChangePasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _

from classifier.accounts.end_access import end_all_access


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types
    """A new password, and whether everything that had access before loses it."""

    end_access = forms.BooleanField(
        label=_("End all other access"),
        help_text=_(
            "Sign out all other devices and stop tokens, webhooks, shared links and "
            "connected accounts."
        ),
        initial=True,
        required=False,
    )

    def save(self) -> None:
        super().save()
        if self.cleaned_data["end_access"]:
            end_all_access(self.user)

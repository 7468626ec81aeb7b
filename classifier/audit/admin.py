"""The audit trail for staff who *can view audit entry*: to look at and to filter."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classifier.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """Nobody adds, changes or deletes an entry; the database would refuse it too."""

    list_display = ["at", "action", "who", "whom", "outfit_id", "address", "details"]
    list_filter = ["action", "at"]
    list_select_related = ["actor", "subject"]
    search_fields = ["=actor__username", "=subject__username", "=address", "=outfit_id"]
    search_help_text = _("the name of an account, an address, or the id of an outfit")
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("who"), ordering="actor")
    def who(self, entry: AuditEntry) -> str:
        return _named(entry.actor, entry.actor_id)

    @admin.display(description=_("whom it concerns"), ordering="subject")
    def whom(self, entry: AuditEntry) -> str:
        return _named(entry.subject, entry.subject_id)


def _named(user: Any, user_id: int | None) -> str:
    """The name, and the number where the account is gone."""
    if user is not None:
        return str(user)
    return "—" if user_id is None else f"#{user_id}"

"""The audit trail: who did what, when, from where, and whom it concerns.

    record(Action.EXPORT_REQUESTED, request=request)
    record(Action.STAFF_VERDICT, request=request, subject=outfit.owner_id, outfit=outfit.pk)

Entries commit with what they tell of, or not at all. Each is a line of the log as well.
"""

from classifier.audit.recording import Action, record, record_looks

__all__ = ["Action", "record", "record_looks"]

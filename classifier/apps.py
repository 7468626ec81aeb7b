"""The Django app of the product."""

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    name = "classifier"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from classifier import checks  # noqa: F401  (registers the system checks)
        from classifier.accounts import deployment, signals  # noqa: F401  (register themselves)
        from classifier.audit import signals as audit_signals

        audit_signals.connect()

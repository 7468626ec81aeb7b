from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_DAY = "(owner_id, day DESC, created DESC, id DESC)"
_THERE = "NOT (status = 'binned')"
INDEXES = {
    "outfit_by_day": (_DAY, ""),
    "outfit_history": ("(owner_id, created DESC, id DESC)", ""),
    "outfit_by_style_and_day": ("(owner_id, style, day DESC, created DESC, id DESC)", ""),
    "outfit_by_certainty_and_day": (
        "(owner_id, certainty, day DESC, created DESC, id DESC)",
        "certainty IN ('unsure', 'corrected')",
    ),
    "outfit_by_day_without_outfit": (_DAY, "NOT (kind = 'outfit')"),
}


def _anew(name: str, columns: str, conditions: list[str]) -> list[str]:
    """Beside readers and writers; what a migration that was cut off left is made anew."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return [
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}_anew",
        f"CREATE INDEX CONCURRENTLY {name}_anew ON classifier_outfit {columns}{where}",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"ALTER INDEX {name}_anew RENAME TO {name}",
    ]


def _all(*, there: bool) -> list[str]:
    return [
        statement
        for name, (columns, condition) in INDEXES.items()
        for statement in _anew(
            name, columns, [each for each in (condition, _THERE if there else "") if each]
        )
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("classifier", "0030_bin")]

    operations = [
        ValidateConstraint(model_name="outfit", name="outfit_status_known"),
        ValidateConstraint(model_name="outfit", name="outfit_done_has_time"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_all(there=True), _all(there=False))],
            state_operations=[
                *(migrations.RemoveIndex(model_name="outfit", name=name) for name in INDEXES),
                migrations.AddIndex(
                    model_name="outfit",
                    index=models.Index(
                        fields=["owner", "-day", "-created", "-id"],
                        condition=~Q(status="binned"),
                        name="outfit_by_day",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outfit",
                    index=models.Index(
                        fields=["owner", "-created", "-id"],
                        condition=~Q(status="binned"),
                        name="outfit_history",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outfit",
                    index=models.Index(
                        fields=["owner", "style", "-day", "-created", "-id"],
                        condition=~Q(status="binned"),
                        name="outfit_by_style_and_day",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outfit",
                    index=models.Index(
                        fields=["owner", "certainty", "-day", "-created", "-id"],
                        condition=Q(certainty__in=["unsure", "corrected"]) & ~Q(status="binned"),
                        name="outfit_by_certainty_and_day",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outfit",
                    index=models.Index(
                        fields=["owner", "-day", "-created", "-id"],
                        condition=~Q(kind="outfit") & ~Q(status="binned"),
                        name="outfit_by_day_without_outfit",
                    ),
                ),
            ],
        ),
    ]

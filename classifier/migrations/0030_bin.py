import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("classifier", "0029_personal_answers"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="outfit",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "waiting"),
                    ("running", "being looked at"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("binned", "in the bin"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="outfit", name="outfit_status_known"),
        AddConstraintNotValid(
            model_name="outfit",
            constraint=models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed", "binned"]),
                name="outfit_status_known",
            ),
        ),
        migrations.RemoveConstraint(model_name="outfit", name="outfit_done_has_time"),
        AddConstraintNotValid(
            model_name="outfit",
            constraint=models.CheckConstraint(
                condition=Q(status="done", classified__isnull=False)
                | Q(status="binned")
                | (~Q(status="done") & Q(classified__isnull=True)),
                name="outfit_done_has_time",
            ),
        ),
        migrations.CreateModel(
            name="Binned",
            fields=[
                (
                    "outfit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="binned",
                        serialize=False,
                        to="classifier.outfit",
                    ),
                ),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("running", "being looked at"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("binned", "in the bin"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                    ),
                ),
                (
                    "together",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="what was deleted with one click comes back with one",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "outfit in the bin",
                "verbose_name_plural": "outfits in the bin",
                "indexes": [
                    models.Index(fields=["owner", "-since", "-outfit"], name="binned_of_owner"),
                    models.Index(fields=["since"], name="binned_oldest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(was__in=["queued", "done", "failed"]), name="binned_was_known"
                    )
                ],
            },
        ),
    ]

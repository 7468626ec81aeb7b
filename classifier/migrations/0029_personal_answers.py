"""Answers for one person beside predictions, and the switch."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("classifier", "0028_review_far")]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="preferences",
            name="adapts",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="PersonalAnswer",
            fields=[
                (
                    "prediction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="classifier.prediction",
                    ),
                ),
                ("style", models.CharField(max_length=40)),
                ("confidence", models.FloatField()),
                (
                    "probabilities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), size=None
                    ),
                ),
                ("told", models.PositiveIntegerField()),
                ("similar", models.PositiveIntegerField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "personal answer",
                "verbose_name_plural": "personal answers",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("confidence__gte", 0), ("confidence__lte", 1)),
                        name="personal_confidence_is_probability",
                    )
                ],
            },
        ),
    ]

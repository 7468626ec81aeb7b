"""What people were suggested, and what they said of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("classifier", "0038_catalogue_sources"),
    ]

    operations = [
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "said",
                    models.CharField(
                        choices=[("liked", "liked"), ("hidden", "hidden")], max_length=10
                    ),
                ),
                ("variant", models.CharField(blank=True, max_length=20)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to="classifier.catalogueitem",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opinions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "opinion",
                "verbose_name_plural": "opinions",
                "indexes": [
                    models.Index(fields=["owner", "said", "-created"], name="opinion_of_owner")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "item"), name="opinion_once_per_item"
                    ),
                    models.CheckConstraint(
                        condition=Q(("said__in", ["liked", "hidden"])), name="opinion_said_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggested",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="suggested",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("newest", models.PositiveSmallIntegerField(default=0)),
                ("variant", models.CharField(max_length=20)),
                ("shown", models.PositiveIntegerField(default=0)),
                ("changed", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "suggested",
                "verbose_name_plural": "suggested",
                "indexes": [models.Index(fields=["variant"], name="suggested_by_variant")],
            },
        ),
        migrations.CreateModel(
            name="EndedTrial",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("rate", models.FloatField()),
                ("shipped_rate", models.FloatField()),
                ("ended", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "ended trial", "verbose_name_plural": "ended trials"},
        ),
    ]

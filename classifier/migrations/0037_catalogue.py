"""The catalogue: items, and what the active release sees in them."""

import uuid

import django.db.models.deletion
import django.utils.timezone
import pgvector.django.halfvec
import pgvector.django.indexes
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q
from pgvector.django import VectorExtension


class Migration(migrations.Migration):
    dependencies = [("classifier", "0036_ready_mails")]

    operations = [
        # Whoever waits for a lock on a table in use stops everybody behind them: rather fail, and be
        # run again.
        migrations.RunSQL("SET LOCAL lock_timeout = '10s'", migrations.RunSQL.noop),
        VectorExtension(),
        migrations.AlterField(
            model_name="outfit",
            name="source",
            field=models.CharField(
                choices=[
                    ("unknown", "unknown"),
                    ("site", "the site"),
                    ("phone", "the site on a phone"),
                    ("api", "a program"),
                    ("batch", "a batch or a ZIP"),
                    ("folder", "a folder of an operator"),
                    ("catalogue", "the catalogue"),
                ],
                db_default="unknown",
                default="unknown",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="outfit", name="outfit_source_known"),
        AddConstraintNotValid(
            model_name="outfit",
            constraint=models.CheckConstraint(
                condition=Q(
                    source__in=["unknown", "site", "phone", "api", "batch", "folder", "catalogue"]
                ),
                name="outfit_source_known",
            ),
        ),
        migrations.CreateModel(
            name="CatalogueItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("link", models.CharField(blank=True, max_length=2000)),
                ("style", models.CharField(blank=True, max_length=40)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outfit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="item",
                        to="classifier.outfit",
                    ),
                ),
            ],
            options={
                "verbose_name": "catalogue item",
                "verbose_name_plural": "catalogue items",
                "indexes": [models.Index(fields=["-created", "-id"], name="item_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("link", ""), ("link__iregex", "^https?://"), _connector="OR"),
                        name="item_link_is_web",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogueVector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("style", models.CharField(max_length=40)),
                ("embedding", pgvector.django.halfvec.HalfVectorField(dimensions=256)),
                ("popular", models.FloatField(db_default=0.0, default=0)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vectors",
                        to="classifier.catalogueitem",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="classifier.release",
                    ),
                ),
            ],
            options={
                "verbose_name": "catalogue vector",
                "verbose_name_plural": "catalogue vectors",
                "indexes": [
                    models.Index(
                        fields=["release", "style", "-popular", "-id"], name="vector_by_style"
                    ),
                    pgvector.django.indexes.HnswIndex(
                        ef_construction=64,
                        fields=["embedding"],
                        m=16,
                        name="vector_nearest",
                        opclasses=["halfvec_ip_ops"],
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "release"), name="vector_once_per_release"
                    )
                ],
            },
        ),
    ]

"""The catalogue: looks and products that an operator imports, to recommend from."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, HnswIndex

from classifier.models.outfit import Outfit
from classifier.models.prediction import EMBEDDING_SIZE
from classifier.models.release import Release


class CatalogueItem(models.Model):
    """One look or product. Its photo is an outfit of the catalogue's own account.

    So it is stored, queued, classified, predicted again by a later release and deleted as any other
    photo is, behind the photos of people. `link` is empty or an address of http or https. `style`
    is what the operator calls it, else empty.
    """

    TITLE_LENGTH, LINK_LENGTH = 200, 2000

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outfit = models.OneToOneField(Outfit, on_delete=models.CASCADE, related_name="item")
    title = models.CharField(max_length=TITLE_LENGTH)
    link = models.CharField(max_length=LINK_LENGTH, blank=True)
    style = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("catalogue item")
        verbose_name_plural = _("catalogue items")
        constraints = [
            models.CheckConstraint(
                condition=Q(link="") | Q(link__iregex=r"^https?://"), name="item_link_is_web"
            ),
        ]
        indexes = [models.Index(fields=["-created", "-id"], name="item_newest")]

    def __str__(self) -> str:
        return self.title


class CatalogueVector(models.Model):
    """What the active release sees in an item: what is searched.

    A copy of the prediction's embedding, so that the index for nearest neighbours holds the
    catalogue only and no outfit of a person. There is none for an item that shows no outfit.
    `popular`: from -1 to 1, how much more it was liked than hidden, 0 while few said anything.
    """

    item = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="vectors")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="+")
    style = models.CharField(max_length=40)
    embedding = HalfVectorField(dimensions=EMBEDDING_SIZE)
    popular = models.FloatField(default=0, db_default=0.0)

    class Meta:
        verbose_name = _("catalogue vector")
        verbose_name_plural = _("catalogue vectors")
        constraints = [
            models.UniqueConstraint(fields=["item", "release"], name="vector_once_per_release"),
        ]
        indexes = [
            models.Index(fields=["release", "style", "-popular", "-id"], name="vector_by_style"),
            HnswIndex(
                fields=["embedding"],
                name="vector_nearest",
                m=16,
                ef_construction=64,
                opclasses=["halfvec_ip_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} ({self.style})"

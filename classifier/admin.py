"""Staff pages: outfits, predictions with their reviews, releases, batches."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from classifier.audit import Action, record
from classifier.audit import admin as audit_admin  # noqa: F401  (registers its page)
from classifier.lifecycle.removal import remove_outfit
from classifier.models import Batch, Consent, Outfit, Prediction, Release, Review
from classifier.reviews.verdicts import record_review
from classifier.storage.objects import StorageUnavailable

OTHER_ANSWERS = [answer for answer in Review.Answer if answer != Review.Answer.STYLE]
NOT_A_STYLE = "answer:"
"""Begins a choice that is no style; no style's id has a colon."""

CONFIDENCE_BANDS: list[tuple[str, StrOrPromise, float, float]] = [
    ("low", _("Below 50%"), 0.0, 0.5),
    ("middle", _("50% to 80%"), 0.5, 0.8),
    ("high", _("At least 80%"), 0.8, 1.01),
]


def thumbnail(outfit: Outfit) -> str:
    """The outfit's thumb; that staff looked is written down when their browser fetches it."""
    address = reverse("outfit_thumb", args=[outfit.pk])
    return format_html('<img src="{}" alt="" class="thumb" loading="lazy">', address)


class ConfidenceFilter(admin.SimpleListFilter):
    """Confidence in bands; `field` is the path from the listed model to the number."""

    title = _("confidence")
    parameter_name = "confidence"
    field = "confidence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, StrOrPromise]]:
        return [(key, label) for key, label, *_bounds in CONFIDENCE_BANDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for key, _label, low, high in CONFIDENCE_BANDS:
            if self.value() == key:
                return queryset.filter(**{f"{self.field}__gte": low, f"{self.field}__lt": high})
        return queryset


class StyleFilter(admin.SimpleListFilter):
    """The styles of all releases, by id."""

    title = _("style")
    parameter_name = "style"
    field = "style"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        language = get_language() or "en"
        styles = {
            style.id: style.name(language)
            for release in Release.objects.all()
            for style in release.styles.styles
        }
        return sorted(styles.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


@admin.register(Outfit)
class OutfitAdmin(admin.ModelAdmin[Outfit]):
    """The jobs: looked up and deleted here, without what only their owners see.

    That is the photo, its name, and what it shows. `classifier.lifecycle.claims` changes jobs.
    """

    list_display = ["id", "status", "owner", "attempts", "error_code", "created"]
    list_filter = ["status", "priority", "error_code"]
    list_select_related = ["owner"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["id", "owner__username"]
    date_hierarchy = "created"
    fields = [
        *("id", "status", "owner", "batch", "priority", "queued_at", "not_before"),
        *("attempts", "lease_until", "claimed_by", "error_code", "error_text"),
        *("width", "height", "stored_bytes", "created", "classified"),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Predictions go with their outfit, though nobody deletes one by itself."""
        listed, counts, _forbidden, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Outfit) -> None:
        self._remove(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Outfit]) -> None:
        self._remove(request, queryset)

    def _remove(self, request: HttpRequest, outfits: Iterable[Outfit]) -> None:
        try:
            for outfit in outfits:
                owner_id, outfit_id = outfit.owner_id, outfit.pk
                remove_outfit(outfit)
                record(Action.STAFF_DELETED, request=request, subject=owner_id, outfit=outfit_id)
        except StorageUnavailable as error:
            messages.error(request, f"{error}: {_('what is left was not deleted.')}")


class ReviewForm(forms.ModelForm[Prediction]):
    """A prediction, with the style that it should have been."""

    correct_style = forms.ChoiceField(
        label=_("Right style"), required=False, help_text=_("Your verdict on this prediction.")
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = Prediction
        fields: list[str] = []

    def __init__(self, *args: Any, reviewer_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        styles = self.instance.release.styles.styles
        self.fields["correct_style"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((style.id, style.name(language)) for style in styles),
            *((f"{NOT_A_STYLE}{answer.value}", answer.label) for answer in OTHER_ANSWERS),
        ]
        if mine := self.instance.reviews.filter(by_id=reviewer_id).first():
            said = mine.style or f"{NOT_A_STYLE}{mine.answer}"
            self.initial.update(correct_style=said, note=mine.note)


@admin.register(Prediction)
class PredictionAdmin(admin.ModelAdmin[Prediction]):
    """What is said of photos whose owners let staff review them, or asked for it.

    A reviewer opens one and sets the right style.
    """

    form = ReviewForm
    list_display = [
        "photo",
        "kind",
        "style",
        "confidence_percent",
        "decided",
        "verdict",
        "release",
        "created",
    ]
    list_filter = [
        "kind",
        StyleFilter,
        ConfidenceFilter,
        "decided",
        "outfit__status",
        "release",
        "reviews__verdict",
    ]
    list_select_related = ["outfit", "release"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["outfit__id", "outfit__owner__username"]
    readonly_fields = ["photo", "said", "reviewed", "release", "created"]
    fields = ["photo", "said", "correct_style", "note", "reviewed", "release", "created"]

    class Media:
        css = {"all": ["classifier/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        owners = Consent.objects.owners().values("pk")
        may = Q(outfit__owner__in=owners) | Q(outfit__review_asked__isnull=False)
        # Nobody's word on their own photos is that of staff.
        mine = Q(outfit__owner=cast(User, request.user))
        reviewable = super().get_queryset(request).filter(may, ~mine, shown=True)
        reviewable = reviewable.exclude(outfit__status=Outfit.Status.BINNED)
        return reviewable.prefetch_related("reviews__by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **(kwargs | {"fields": None}))

        class OfReviewer(form):  # type: ignore[misc,valid-type]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, reviewer_id=request.user.pk, **kwargs)

        return OfReviewer

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a prediction goes with its outfit

    def save_model(self, request: HttpRequest, obj: Prediction, form: Any, change: bool) -> None:
        said, note = form.cleaned_data["correct_style"], form.cleaned_data["note"]
        by_id, role = cast(User, request.user).pk, Review.Role.STAFF
        if not said:
            return
        if said.startswith(NOT_A_STYLE):
            answer = Review.Answer(said.removeprefix(NOT_A_STYLE))
            record_review(obj, by_id, role, note=note, answer=answer)
        else:
            record_review(obj, by_id, role, said, note)
        outfit = obj.outfit
        record(
            Action.STAFF_VERDICT,
            request=request,
            subject=outfit.owner_id,
            outfit=outfit.pk,
            said=said,
        )

    @admin.display(description=_("photo"))
    def photo(self, prediction: Prediction) -> str:
        return thumbnail(prediction.outfit)

    @admin.display(description=_("confidence"), ordering="confidence")
    def confidence_percent(self, prediction: Prediction) -> str:
        return f"{prediction.confidence:.0%}"

    @admin.display(description=_("reviewed as"))
    def verdict(self, prediction: Prediction) -> str:
        return ", ".join(review.said for review in prediction.reviews.all())

    @admin.display(description=_("prediction"))
    def said(self, prediction: Prediction) -> str:
        language = get_language() or "en"
        top = ", ".join(f"{style.name(language)} {p:.0%}" for style, p in prediction.top)
        if prediction.gate is None:
            return top
        kinds = zip(Prediction.Kind, prediction.gate, strict=True)
        return f"{top}; " + ", ".join(f"{kind.label} {p:.0%}" for kind, p in kinds)

    @admin.display(description=_("reviews"))
    def reviewed(self, prediction: Prediction) -> str:
        lines = [
            f"{review.by or '—'} ({review.get_role_display()}): {review.said} {review.note}"
            for review in prediction.reviews.all()
        ]
        return "; ".join(lines) or "—"


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin[Release]):
    """Registered bundles, to look up; `/staff/releases/` changes which one serves."""

    list_display = ["name", "status", "sha256", "created"]
    list_filter = ["status"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(admin.ModelAdmin[Batch]):
    """Batches, to look up."""

    list_display = ["name", "owner", "total", "created"]
    list_select_related = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

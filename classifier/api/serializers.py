"""How rows are shown in the API."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from classifier.access import ticketed
from classifier.api.problems import for_reason
from classifier.api.schemas import (
    BatchOut,
    ColorOut,
    CorrectionOut,
    DeliveryOut,
    FailureOut,
    GuessOut,
    OutfitOut,
    PersonalOut,
    PredictionOut,
    ProblemOut,
    ReleaseOut,
    StyleOut,
    UploadOut,
    WebhookOut,
)
from classifier.batches.service import progress_of
from classifier.catalogue import style_of
from classifier.history.diary import worn_days
from classifier.history.palette import read
from classifier.lifecycle.failures import failure_message
from classifier.models import (
    Batch,
    Delivery,
    DirectUpload,
    Outfit,
    PersonalAnswer,
    Prediction,
    Release,
    Review,
    Webhook,
)
from classifier.personalization.sentences import in_a_sentence
from classifier.reviews.verdicts import owners_reviews
from inference.taxonomy import Style


def outfit_url(request: HttpRequest, outfit: Outfit) -> str:
    return request.build_absolute_uri(reverse("api:get_outfit", args=[outfit.pk]))


def outfit_out(request: HttpRequest, outfit: Outfit) -> OutfitOut:
    """The outfit with what is known about it; reads prefetched predictions."""
    return outfits_out(request, [outfit])[0]


def outfits_out(request: HttpRequest, outfits: Sequence[Outfit]) -> list[OutfitOut]:
    """The outfits, each with what is known about it; reads prefetched predictions."""
    corrections, worn = owners_reviews(outfits), worn_days(outfits)
    return [
        _outfit(request, outfit, corrections.get(outfit.pk), worn.get(outfit.pk, []))
        for outfit in outfits
    ]


def _outfit(
    request: HttpRequest, outfit: Outfit, correction: Review | None, worn: list[date]
) -> OutfitOut:
    prediction = outfit.prediction
    failed = outfit.status == Outfit.Status.FAILED
    return OutfitOut(
        id=outfit.pk,
        url=outfit_url(request, outfit),
        page=request.build_absolute_uri(outfit.get_absolute_url()),
        status=outfit.status,
        name=outfit.original_name,
        wardrobe=outfit.wardrobe,
        batch=outfit.batch_id,
        source=outfit.source,
        kind=outfit.kind,
        width=outfit.width,
        height=outfit.height,
        style=outfit.style,
        certainty=outfit.certainty,
        day=outfit.day,
        day_source=outfit.day_source,
        note=outfit.note,
        tags=outfit.tags,
        favorite=outfit.favorite,
        worn=worn,
        palette=None if outfit.palette is None else _palette(outfit),
        created=outfit.created,
        classified=outfit.classified,
        photo_url=request.build_absolute_uri(ticketed("outfit_photo", outfit.pk)),
        thumb_url=request.build_absolute_uri(ticketed("outfit_thumb", outfit.pk)),
        prediction=prediction_out(prediction, outfit.wardrobe) if prediction else None,
        personal=_personal(outfit, prediction) if prediction else None,
        correction=correction_out(correction) if correction else None,
        failure=FailureOut(
            code=outfit.error_code, detail=str(failure_message(outfit.error_code).sentence)
        )
        if failed
        else None,
    )


def _palette(outfit: Outfit) -> list[ColorOut]:
    return [
        ColorOut(code=each.code, name=each.name, share=each.share) for each in read(outfit.palette)
    ]


def prediction_out(prediction: Prediction, wardrobe: str = "") -> PredictionOut:
    """What was predicted; the best three are of this wardrobe, where there is one."""
    language = get_language() or "en"
    worn = prediction.release.styles.ids_in(wardrobe)
    probabilities = dict(zip(prediction.release.styles.ids, prediction.probabilities, strict=True))
    gate = prediction.gate
    return PredictionOut(
        kind=prediction.kind,
        gate=dict(zip(Prediction.Kind.values, gate, strict=True)) if gate else None,
        style=prediction.style,
        name=prediction.top_style.name(language),
        confidence=prediction.confidence,
        decided=prediction.decided,
        top=[
            GuessOut(style=style.id, name=style.name(language), probability=probability)
            for style, probability in prediction.top
            if style.id in worn
        ],
        set=[
            GuessOut(
                style=each,
                name=prediction.release.styles.style(each).name(language),
                probability=probabilities[each],
            )
            for each in prediction.style_set
        ],
        release=prediction.release.name,
        milliseconds=prediction.milliseconds,
    )


def _personal(outfit: Outfit, prediction: Prediction) -> PersonalOut | None:
    personal: PersonalAnswer | None = getattr(prediction, "personal", None)
    if personal is None:
        return None
    return PersonalOut(
        style=personal.style,
        name=style_of(personal.style).name(get_language() or "en"),
        probability=personal.confidence,
        told=personal.told,
        similar=personal.similar,
        sentence=in_a_sentence(outfit),
    )


def correction_out(review: Review) -> CorrectionOut:
    return CorrectionOut(
        answer=review.answer, style=review.style, verdict=review.verdict, note=review.note
    )


def batches_out(request: HttpRequest, batches: Iterable[Batch]) -> list[BatchOut]:
    """The batches, each with how far it is."""
    batches = list(batches)
    progress = progress_of(batches)
    return [
        BatchOut(
            id=batch.pk,
            url=request.build_absolute_uri(reverse("api:get_batch", args=[batch.pk])),
            name=batch.name,
            created=batch.created,
            total=batch.total,
            counts=progress[batch.pk].counts,
            finished=progress[batch.pk].finished,
            left_out=progress[batch.pk].left_out,
            cancelled=batch.cancelled,
        )
        for batch in batches
    ]


def style_out(style: Style) -> StyleOut:
    language = get_language() or "en"
    return StyleOut(
        id=style.id,
        name=style.name(language),
        description=style.description(language),
        names=dict(style.names),
    )


def release_out(release: Release) -> ReleaseOut:
    return ReleaseOut(
        name=release.name,
        status=release.status,
        sha256=release.sha256,
        created=release.created,
        styles=list(release.styles.ids),
        metrics=release.metrics,
    )


def webhook_out(webhook: Webhook) -> WebhookOut:
    return WebhookOut(
        id=webhook.pk,
        url=webhook.url,
        events=webhook.events,
        active=webhook.active,
        created=webhook.created,
    )


def delivery_out(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.pk,
        event=delivery.event,
        outfit=delivery.outfit_id,
        status=delivery.status,
        attempts=delivery.attempts,
        answer=delivery.answer,
        error=delivery.error_text,
        created=delivery.created,
    )


def upload_out(request: HttpRequest, upload: DirectUpload) -> UploadOut:
    outfit = upload.outfit
    return UploadOut(
        id=upload.pk,
        status=upload.status,
        name=upload.name,
        expires=upload.expires,
        outfit=upload.outfit_id,
        outfit_url=outfit_url(request, outfit) if outfit else None,
        problem=ProblemOut(**for_reason(upload.reason).document) if upload.reason else None,
    )

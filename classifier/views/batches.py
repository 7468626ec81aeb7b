"""Pages of batches: begin one from a folder or a ZIP, watch it, cancel it, take its results."""

import uuid
from typing import IO, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, access_batch, outfits_of
from classifier.batches import csv_export
from classifier.batches.results import ended_outfits, groups_of, of_group
from classifier.batches.service import NOT_OF_THE_FILE, add_photo, cancel, progress_of
from classifier.batches.unpacking import begin_batch, submit_zip
from classifier.catalogue import offered_wardrobes
from classifier.history.pages import outfits_after, place
from classifier.lifecycle.failures import failure_message
from classifier.models import Batch, Outfit
from classifier.ready_mails import mail_choice
from classifier.uploads.accept import display_name
from classifier.uploads.handler import ZIP_FIELD, TooLargeFile, files_of
from classifier.uploads.refusals import Refusal, Refused
from classifier.values.text import line
from classifier.web import client_ip, wants_json

PAGE_SIZE = 20
FAILURES_SHOWN = 100


@method_decorator(never_cache, "dispatch")
class BatchesView(LoginRequiredMixin, View):
    """`/batches/`: GET lists them, POST begins one.

    Fields: `name`, `wardrobe`, and either `archive`, a ZIP, or any number of `photo`. A script that
    asks for JSON may begin one without photos and gets the addresses to send them to (201).
    """

    def get(self, request: SignedInRequest) -> HttpResponse:
        return _batches_page(request)

    def post(self, request: SignedInRequest) -> HttpResponse:
        archive = request.FILES.get(ZIP_FIELD)
        name = line(request.POST.get("name", ""), 200) or _name_of(archive)
        wardrobe = request.POST.get("wardrobe", "")
        for_script = wants_json(request)
        try:
            photos = files_of(request, "photo")
            if wardrobe and wardrobe not in offered_wardrobes():
                raise Refused(Refusal.UNKNOWN_WARDROBE)
            if archive:
                batch = self._from_zip(request, archive, name, wardrobe)
            elif photos or for_script:
                batch = begin_batch(request.user.pk, name)
                refused = _add(request, batch, photos)
                if refused and refused[-1][1].reason in NOT_OF_THE_FILE:
                    # What is wrong with a file itself is told by the batch's page.
                    messages.error(request, f"{refused[-1][0]}: {refused[-1][1].sentence}")
            else:
                raise Refused(Refusal.NO_FILES)
        except Refused as refusal:
            if for_script:
                return JsonResponse(_refusal(refusal), status=refusal.status)
            return _batches_page(request, refusal)
        if for_script:
            photos_url = reverse("batch_photos", args=[batch.pk])
            return JsonResponse(
                {"url": batch.get_absolute_url(), "photos_url": photos_url}, status=201
            )
        return redirect(batch)

    def _from_zip(
        self, request: SignedInRequest, archive: UploadedFile[bytes], name: str, wardrobe: str
    ) -> Batch:
        if isinstance(archive, TooLargeFile):
            raise Refused(Refusal.ZIP_TOO_LARGE)
        file = cast(IO[bytes], archive.file)
        ip_address = client_ip(request)
        return submit_zip(
            request.user.pk, file, name=name, wardrobe=wardrobe, ip_address=ip_address
        )


@login_required
@require_POST
def add_photos(request: SignedInRequest, batch_id: uuid.UUID) -> JsonResponse:
    """For the script of the page: some photos more. Says which were refused, and why.

    With another status than 200 none of the rest was looked at; all may be sent again, at once or
    after `retry_after_s` seconds, where that is not 0.
    """
    batch = access_batch(request.user, batch_id)
    try:
        refused = _add(request, batch, files_of(request, "photo"))
    except Refused as refusal:  # none of them was looked at
        refused = [("", refusal)]
    if refused and refused[-1][1].reason in (*NOT_OF_THE_FILE, Refusal.TOO_MANY_FILES):
        last = refused[-1][1]
        answer = _refusal(last) | {"retry_after_s": last.retry_after_s}
        return JsonResponse(answer, status=last.status)
    return JsonResponse({"refused": [{"name": name} | _refusal(why) for name, why in refused]})


def _add(
    request: SignedInRequest, batch: Batch, photos: list[UploadedFile[bytes]]
) -> list[tuple[str, Refused]]:
    """Add them until one is refused for a reason that the others share; those that were refused."""
    ip_address = client_ip(request)
    wardrobe = request.POST.get("wardrobe", "")
    refused: list[tuple[str, Refused]] = []
    for photo in photos:
        try:
            add_photo(batch, photo, ip_address=ip_address, wardrobe=wardrobe)
        except Refused as refusal:
            refused.append((display_name(photo.name or ""), refusal))
            if refusal.reason in NOT_OF_THE_FILE:
                break
    return refused


@login_required
@require_safe
@never_cache
def batch_page(request: SignedInRequest, batch_id: uuid.UUID) -> HttpResponse:
    """One batch: how far it is, what failed, its outfits."""
    batch = access_batch(request.user, batch_id)
    return render(
        request, "classifier/batch.html", _state(request, batch) | _results(request, batch)
    )


@login_required
@require_safe
@never_cache
def batch_state(request: SignedInRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The part of the page that asks again while something waits."""
    state = _state(request, access_batch(request.user, batch_id))
    answer = render(request, "classifier/_batch_state.html", state)
    if not state["pending"]:
        answer["HX-Trigger"] = "batch-ended"  # the page shows all results now
    return answer


@login_required
@require_safe
@never_cache
def batch_results(request: SignedInRequest, batch_id: uuid.UUID) -> HttpResponse:
    """A page of its outfits, newest first, as HTMX asks for it."""
    batch = access_batch(request.user, batch_id)
    results = _results(request, batch)
    template = "_batch_outfits" if results["after"] else "_batch_results"
    return render(request, f"classifier/{template}.html", {"batch": batch} | results)


@login_required
@require_safe
@never_cache
def results_csv(request: SignedInRequest, batch_id: uuid.UUID) -> StreamingHttpResponse:
    """What is known by now, as CSV."""
    batch = access_batch(request.user, batch_id)
    name = slugify(batch.name) or "batch"
    return StreamingHttpResponse(
        csv_export.lines(batch),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@login_required
@require_POST
def cancel_batch(request: SignedInRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Classify none of it that still waits."""
    batch = access_batch(request.user, batch_id)
    if cancel(batch):
        messages.success(
            request, _("Batch cancelled. Photos that are already classified are kept.")
        )
    return redirect(batch)


def _batches_page(request: SignedInRequest, refused: Refused | None = None) -> HttpResponse:
    rows = Batch.objects.filter(owner=request.user).order_by("-created", "-id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    progress = progress_of(page.object_list)
    language = get_language() or "en"
    context = {
        "page": page,
        "batches": [(batch, progress[batch.pk]) for batch in page],
        "refused": refused,
        "wardrobes": {key: each.name(language) for key, each in offered_wardrobes().items()},
        "max_bytes": settings.FASI_MAX_UPLOAD_BYTES,
        "max_pixels": settings.FASI_MAX_PIXELS,
        "zip_bytes": settings.FASI_ZIP_BYTES,
        "zip_files": settings.FASI_ZIP_FILES,
        "unpacked_bytes": settings.FASI_ZIP_UNPACKED_BYTES,
        "files_at_once": settings.FASI_MAX_FILES_PER_REQUEST,
    }
    status = refused.status if refused else 200
    return render(request, "classifier/batches.html", context, status=status)


def _state(request: SignedInRequest, batch: Batch) -> dict[str, object]:
    progress = progress_of([batch])[batch.pk]
    failed = Outfit.objects.filter(batch=batch, status=Outfit.Status.FAILED).order_by("created")
    left_out = batch.left_out.select_related("outfit").order_by("-reason", "name")
    unpacking = progress.unpacking
    pending = not progress.finished or batch.clearing
    return {
        "batch": batch,
        "progress": progress,
        "pending": pending,
        "mail": mail_choice(request.user, batch) if pending else None,
        "failed": [(each, failure_message(each.error_code)) for each in failed[:FAILURES_SHOWN]],
        "left_out": [
            (each, Refused(Refusal(each.reason)) if each.reason else None)
            for each in left_out[:FAILURES_SHOWN]
        ],
        "not_shown": max(0, progress.left_out - FAILURES_SHOWN),
        "stopped": Refused(Refusal(unpacking.reason))
        if unpacking and unpacking.reason and not batch.cancelled
        else None,
    }


def _results(request: SignedInRequest, batch: Batch) -> dict[str, object]:
    after = place(request.GET.get("after", ""))
    only = line(request.GET.get("only", ""), 60)
    ended = ended_outfits(outfits_of(request.user), batch)
    outfits, following = outfits_after(of_group(ended, only), after)
    return {
        "outfits": outfits,
        "following": following,
        "after": after,
        "groups": groups_of(batch),
        "only": only,
    }


def _name_of(archive: UploadedFile[bytes] | None) -> str:
    """What a batch without a name is called: as its ZIP, or after the moment."""
    name = display_name(archive.name or "") if archive else ""
    if name.lower().endswith(".zip"):
        name = name[: -len(".zip")]
    return name[:200] or date_format(localtime(), "DATETIME_FORMAT")


def _refusal(refused: Refused) -> dict[str, object]:
    return {"reason": refused.reason, "sentence": refused.sentence}

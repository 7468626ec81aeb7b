"""Why an upload is refused: a reason code, an HTTP status, and one sentence for the person."""

from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classifier.wording.particles import particles
from classifier.wording.sizes import size


class Refusal(StrEnum):
    """The reason codes; pages, the API and metrics use the same ones."""

    NO_FILE = "no_file"
    UNKNOWN_WARDROBE = "unknown_wardrobe"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    FORMAT = "format_not_accepted"
    GIF = "format_gif"
    BMP = "format_bmp"
    TIFF = "format_tiff"
    JPEG_XL = "format_jpeg_xl"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PIXELS_FOR_FORMAT = "too_many_pixels_for_format"
    TOO_MANY_SCANS = "too_many_scans"
    TOO_MANY_CHUNKS = "too_many_chunks"
    TOO_MANY_TILES = "too_many_tiles"
    TOO_SMALL = "too_small"
    ANIMATED = "animated"
    DECODING_TOO_LONG = "decoding_too_long"
    DECODING_FAILED = "decoding_failed"
    DECODERS_BUSY = "decoders_busy"
    RATE = "too_many_requests"
    DAILY_QUOTA = "daily_quota"
    STORAGE_QUOTA = "storage_quota"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    BATCH_CANCELLED = "batch_cancelled"
    NO_FILES = "no_files"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_BATCHES = "too_many_batches"
    ZIP_BROKEN = "zip_broken"
    ZIP_TOO_LARGE = "zip_too_large"
    ZIP_TOO_MANY_FILES = "zip_too_many_files"
    ZIP_UNPACKS_TOO_LARGE = "zip_unpacks_too_large"
    ZIP_EMPTY = "zip_empty"
    ZIPS_WAITING = "zips_waiting"
    ZIP_ENCRYPTED = "zip_encrypted"
    UNSAFE_NAME = "unsafe_name"
    FILE_ENDS_WORKERS = "file_ends_workers"


_ANSWERS: dict[Refusal, tuple[HTTPStatus, Promise]] = {
    Refusal.NO_FILE: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("No photo received. Choose one and try again."),
    ),
    Refusal.UNKNOWN_WARDROBE: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("The model doesn’t know this wardrobe. Choose another and send the photo again."),
    ),
    Refusal.EMPTY: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This file is empty. Choose the photo again."),
    ),
    Refusal.TOO_LARGE: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("This file is larger than %(bytes)s. Use a smaller version of the photo."),
    ),
    Refusal.NOT_AN_IMAGE: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("We can’t read this file. Use a JPEG, PNG, WebP, HEIC or AVIF photo."),
    ),
    Refusal.FORMAT: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("This image format isn’t supported. Save it as JPEG, PNG, WebP, HEIC or AVIF."),
    ),
    Refusal.GIF: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("GIFs aren’t supported. Save it as JPEG or PNG."),
    ),
    Refusal.BMP: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("BMP images aren’t supported. Save it as JPEG or PNG."),
    ),
    Refusal.TIFF: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("TIFF and raw images aren’t supported. Save it as JPEG or PNG."),
    ),
    Refusal.JPEG_XL: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("JPEG XL images aren’t supported yet. Save it as JPEG or AVIF."),
    ),
    Refusal.BROKEN: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This photo is damaged or incomplete. Copy it again from the original."),
    ),
    Refusal.TOO_MANY_PIXELS: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This photo has more than %(megapixels)s megapixels. Use a smaller version."),
    ),
    Refusal.TOO_MANY_PIXELS_FOR_FORMAT: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _(
            "This photo has too many pixels for its format. Save it as a regular JPEG, which can "
            "have up to %(megapixels)s megapixels."
        ),
    ),
    Refusal.TOO_MANY_SCANS: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This JPEG has far more layers than a photo needs. Save it again."),
    ),
    Refusal.TOO_MANY_CHUNKS: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This file has far more parts than a photo needs. Save it again."),
    ),
    Refusal.TOO_MANY_TILES: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This photo has far more tiles than it needs. Save it as JPEG."),
    ),
    Refusal.TOO_SMALL: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This photo is too small: each side needs at least %(side)s pixels."),
    ),
    Refusal.ANIMATED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Animated images aren’t supported. Use a photo with a single frame."),
    ),
    Refusal.DECODING_TOO_LONG: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Reading this photo took too long. Save it again, or save a smaller version."),
    ),
    Refusal.DECODING_FAILED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Reading this photo failed. Save it again as JPEG."),
    ),
    Refusal.DECODERS_BUSY: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Several very large photos are being processed. Try again in a few seconds."),
    ),
    Refusal.RATE: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("That’s a lot of photos in a short time. Wait a minute, then continue."),
    ),
    Refusal.DAILY_QUOTA: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("You’ve reached today’s limit of %(per_day)s photos. Come back tomorrow."),
    ),
    Refusal.STORAGE_QUOTA: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Your photos use all of your %(stored)s. Delete some, then empty the bin."),
    ),
    Refusal.STORAGE_UNAVAILABLE: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("We can’t store photos right now. Nothing was saved. Try again in a minute."),
    ),
    Refusal.BATCH_CANCELLED: (
        HTTPStatus.CONFLICT,
        _("This batch was cancelled. Start a new one."),
    ),
    Refusal.NO_FILES: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("No files received. Choose a folder, photos or a ZIP file and try again."),
    ),
    Refusal.TOO_MANY_FILES: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("You can upload up to %(files)s files at once. Split them up or send a ZIP."),
    ),
    Refusal.TOO_MANY_BATCHES: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("You have %(batches)s batches, which is the limit."),
    ),
    Refusal.ZIP_BROKEN: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("We can’t read this ZIP file, or it is damaged. Create it again."),
    ),
    Refusal.ZIP_TOO_LARGE: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("This ZIP file is larger than %(zip_bytes)s. Split it up."),
    ),
    Refusal.ZIP_TOO_MANY_FILES: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This ZIP file contains more than %(zip_files)s files. Split it up."),
    ),
    Refusal.ZIP_UNPACKS_TOO_LARGE: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("Unpacked, this ZIP file is larger than %(unpacked_bytes)s. Split it up."),
    ),
    Refusal.ZIP_EMPTY: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This ZIP file is empty."),
    ),
    Refusal.ZIPS_WAITING: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Some of your ZIP files are still being unpacked. Wait for one to finish."),
    ),
    Refusal.ZIP_ENCRYPTED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This file is protected by a password. Create the ZIP again without one."),
    ),
    Refusal.UNSAFE_NAME: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This file points outside the ZIP, so we didn’t open it."),
    ),
    Refusal.FILE_ENDS_WORKERS: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Reading this file was interrupted several times. Save the photo again."),
    ),
}


class Refused(Exception):
    """This upload is not accepted. `reason`, `status` and `sentence` say it to the person."""

    def __init__(self, reason: Refusal, retry_after_s: int = 0, *, most_bytes: int = 0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self._retry_after_s = retry_after_s
        self._most_bytes = most_bytes
        self.status = int(_ANSWERS[reason][0])

    @property
    def retry_after_s(self) -> int:
        """In how many seconds the same photo may be accepted; 0 where waiting does not help."""
        if self._retry_after_s:
            return self._retry_after_s
        if self.reason is Refusal.RATE:
            return 60 - datetime.now(UTC).second
        if self.reason is Refusal.DECODERS_BUSY:
            return 5
        return 30 if self.reason is Refusal.STORAGE_UNAVAILABLE else 0

    @property
    def sentence(self) -> str:
        numbers = {
            "bytes": size(self._most_bytes or settings.FASI_MAX_UPLOAD_BYTES),
            "megapixels": settings.FASI_MAX_PIXELS // 1_000_000,
            "side": settings.FASI_MIN_SIDE,
            "per_day": settings.FASI_UPLOADS_PER_DAY,
            "stored": size(settings.FASI_STORED_BYTES),
            "files": settings.FASI_MAX_FILES_PER_REQUEST,
            "batches": settings.FASI_MAX_BATCHES,
            "zip_bytes": size(settings.FASI_ZIP_BYTES),
            "zip_files": settings.FASI_ZIP_FILES,
            "unpacked_bytes": size(settings.FASI_ZIP_UNPACKED_BYTES),
        }
        return particles(str(_ANSWERS[self.reason][1]) % numbers)

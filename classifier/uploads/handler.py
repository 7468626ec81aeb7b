"""Uploads are measured while they stream in: what is too large is neither kept nor spooled.

A photo of which nothing is kept, a visitor's or a program's, is never spooled to a disk: it is in
memory from its first byte to its last, and nginx lets few of them in at a time.
"""

from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    SkipFile,
    StopFutureHandlers,
    StopUpload,
)
from django.http import HttpRequest
from django.urls import reverse

from classifier.uploads.refusals import Refusal, Refused

ZIP_FIELD = "archive"
PHOTO_FIELD = "photo"
NOTHING_KEPT = ("try", "api:classify")


class TooLargeFile(UploadedFile[bytes]):
    """Stands for a file whose bytes were dropped; `size` is what was sent."""


class CappedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: passes chunks on until the limit, then drops the rest.

    Only the file that is too large is refused; its neighbours in the same request are not. A ZIP
    may be larger than a photo, where one is expected and from somebody who is signed in. Of a
    form at one of NOTHING_KEPT one photo is taken, into memory, of FASI_TRIAL_BYTES at most.
    """

    _files = 0
    _memory: BytesIO | None = None

    @property
    def _in_memory(self) -> bool:
        return self.request is not None and self.request.path in map(reverse, NOTHING_KEPT)

    @property
    def _most(self) -> int:
        request = self.request
        if (
            self.field_name == ZIP_FIELD
            and request is not None
            and request.path == reverse("batches")
            and request.user.is_authenticated
        ):
            return int(settings.FASI_ZIP_BYTES)
        if self._in_memory:
            return int(settings.FASI_TRIAL_BYTES)
        return int(settings.FASI_MAX_UPLOAD_BYTES)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        if self._files > settings.FASI_MAX_FILES_PER_REQUEST:
            cast(Any, self.request).too_many_files = True
            raise StopUpload  # reads what follows to its end and keeps none of it
        self._limit = self._most
        if self._in_memory:
            if self._memory is not None or self.field_name != PHOTO_FIELD:
                raise SkipFile
            self._memory = BytesIO()
            raise StopFutureHandlers  # which would open a file

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) > self._limit:
            return None
        if self._memory is None:
            return raw_data
        self._memory.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if file_size > self._limit:
            if self._memory is not None:
                self._memory = BytesIO()  # without what came before the limit
            return TooLargeFile(file=BytesIO(), name=self.file_name, size=file_size)
        if self._memory is None:
            return None  # the next handler has it
        self._memory.seek(0)
        return InMemoryUploadedFile(
            self._memory,
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
            self.content_type_extra,
        )


def files_of(request: HttpRequest, field: str) -> list[UploadedFile[bytes]]:
    """The files of a form. Raises Refused where they were more than one request may hold."""
    check_number_of_files(request)
    return request.FILES.getlist(field)


def check_number_of_files(request: HttpRequest) -> None:
    """Read the form. Raises Refused where it holds more files than one request may."""
    if request.FILES and getattr(request, "too_many_files", False):
        raise Refused(Refusal.TOO_MANY_FILES)

"""Uploads are measured while they stream in: what is too large is neither kept nor spooled."""

from io import BytesIO
from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.urls import reverse

from classifier.uploads.refusals import Refusal, Refused

ZIP_FIELD = "archive"


class TooLargeFile(UploadedFile[bytes]):
    """Stands for a file whose bytes were dropped; `size` is what was sent."""


class CappedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: passes chunks on until the limit, then drops the rest.

    Only the file that is too large is refused; its neighbours in the same request are not. A ZIP
    may be larger than a photo, where one is expected and from somebody who is signed in.
    """

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
        return int(settings.FASI_MAX_UPLOAD_BYTES)

    _files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        if self._files > settings.FASI_MAX_FILES_PER_REQUEST:
            cast(Any, self.request).too_many_files = True
            raise StopUpload  # reads what follows to its end and keeps none of it
        self._limit = self._most

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= self._limit else None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if file_size <= self._limit:
            return None  # the next handler has it
        return TooLargeFile(file=BytesIO(), name=self.file_name, size=file_size)


def files_of(request: HttpRequest, field: str) -> list[UploadedFile[bytes]]:
    """The files of a form. Raises Refused where they were more than one request may hold."""
    check_number_of_files(request)
    return request.FILES.getlist(field)


def check_number_of_files(request: HttpRequest) -> None:
    """Read the form. Raises Refused where it holds more files than one request may."""
    if request.FILES and getattr(request, "too_many_files", False):
        raise Refused(Refusal.TOO_MANY_FILES)

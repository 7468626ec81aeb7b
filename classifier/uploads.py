"""Uploads are measured while they stream in: what is too large is neither kept nor spooled."""

from io import BytesIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class TooLargeFile(UploadedFile[bytes]):
    """Stands for a file whose bytes were dropped; `size` is what was sent."""


class CappedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: passes chunks on until the limit, then drops the rest.

    Only the file that is too large is refused; its neighbours in the same request are not.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= settings.FASI_MAX_UPLOAD_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if file_size <= settings.FASI_MAX_UPLOAD_BYTES:
            return None  # the next handler has it
        return TooLargeFile(file=BytesIO(), name=self.file_name, size=file_size)

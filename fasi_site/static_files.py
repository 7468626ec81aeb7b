"""Which static files are collected, and how they are compressed."""

from typing import Any

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Leaves out what django-ninja ships for a documentation page that we do not have."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "redoc.*"]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Compresses with gzip alone.

    Brotli, which comes along with some tools, would make `collectstatic` take a minute longer.
    """

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)

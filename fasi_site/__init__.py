"""The Django project: settings, addresses, the Celery app, the embedded services."""

from fasi_site.celery import app as celery_app

__all__ = ["celery_app"]

"""The Celery app. `celery -A fasi_site worker` and `beat` start from here.

The site only publishes wake-ups (`classifier.lifecycle.wakeup`), so it never imports a task.
"""

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.serialization import unregister

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")

# CELERY_ACCEPT_CONTENT refuses pickles. This holds for whatever else in the process reads messages.
unregister("pickle")

app = Celery("fasi")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["worker"])


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery would install handlers of its own; Django's LOGGING already says how we log."""

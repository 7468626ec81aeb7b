"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")

application = get_wsgi_application()

from classifier.checks import timing_errors  # noqa: E402  (needs the applications set up)

# gunicorn runs no system checks, so the site refuses a wrong timing order here.
if errors := timing_errors():
    raise SystemExit("The site does not start. " + " ".join(errors))

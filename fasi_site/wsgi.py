"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")

application = get_wsgi_application()

# These need the applications set up.
from classifier.accounts.deployment import deployment_errors  # noqa: E402
from classifier.checks import timing_errors  # noqa: E402

# gunicorn runs no system checks, so the site refuses wrong settings here.
if errors := timing_errors() + deployment_errors():
    raise SystemExit("The site does not start. " + " ".join(errors))

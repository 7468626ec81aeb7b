"""Settings of the site, the worker and beat. All of them come from the environment.

`make up` writes what its embedded services need to `services.env` in the data folder, which is
read here below the environment. So there is one code path: production differs only in variables.
docs/operations.md lists every variable with its default.

What the project is made of is here; the modules beside this one have the rest, by subject.
"""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from fasi_site.environment import BASE_DIR, DATA_DIR, EMBEDDED, HTTPS, env, required
from fasi_site.local.data import MIN_FREE_MB
from fasi_site.logs import logging_config
from fasi_site.settings_accounts import *  # noqa: F403
from fasi_site.settings_accounts import OIDC_ORIGINS
from fasi_site.settings_jobs import *  # noqa: F403
from fasi_site.settings_releases import *  # noqa: F403
from fasi_site.settings_services import *  # noqa: F403
from fasi_site.settings_suggestions import *  # noqa: F403
from fasi_site.settings_training import *  # noqa: F403
from fasi_site.settings_trials import *  # noqa: F403
from fasi_site.settings_uploads import *  # noqa: F403

# Lets classes name their type arguments (ModelAdmin[Outfit]) at run time too.
django_stubs_ext.monkeypatch()

# Core -------------------------------------------------------------------------------------------

SECRET_KEY = required("FASI_SECRET_KEY")
DEBUG = env.bool("FASI_DEBUG", default=False)
ALLOWED_HOSTS = env.list(
    "FASI_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else []
)
CSRF_TRUSTED_ORIGINS = env.list("FASI_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "fasi_site.static_files.StaticFiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "ninja",  # for the documentation page's static files
    "classifier",
    "worker",
]

MIDDLEWARE = [
    "classifier.monitoring.middleware.observed",
    # Outside of all that may answer with an error.
    "classifier.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "classifier.values.middleware.readable_request",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "classifier.values.middleware.ReadableForm",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "classifier.accounts.providers.provider_away",
    "classifier.accounts.sessions.noted",
    "classifier.accounts.factors.staff_need_factor",
    "classifier.accounts.sessions.not_stored",
    "django_htmx.middleware.HtmxMiddleware",
    "classifier.history.time_zones.in_persons_time_zone",
    "classifier.monitoring.middleware.whole_page_sign_in",
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "fasi_site.urls"
WSGI_APPLICATION = "fasi_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "fasi_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Languages, static files ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
# The first is ours; the second says in our voice what the pages and mails of django-allauth say.
LOCALE_PATHS = [BASE_DIR / "fasi_site" / "locale", BASE_DIR / "fasi_site" / "account_texts"]
FORMAT_MODULE_PATH = ["fasi_site.formats"]
USE_TZ = True
# Of people whose browser does not tell theirs.
TIME_ZONE = env.str("FASI_TIME_ZONE", default="UTC")
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("FASI_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "fasi_site" / "static"]
# Maps are for debuggers of other people's scripts; nobody waits for them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# Security ---------------------------------------------------------------------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Asked from within a network, where TLS has ended already.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        # blob: shows the photos that are being uploaded.
        "img-src": [SELF, "data:", "blob:"],
        "form-action": [SELF, *OIDC_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Less free disk, in MB, is an error to `fasi doctor`, as it is to `make up`.
FASI_MIN_FREE_MB = env.int("FASI_MIN_FREE_MB", default=MIN_FREE_MB)

# Being watched ----------------------------------------------------------------------------------

# What opens /metrics; without one it is there on the embedded stack only.
FASI_METRICS_TOKEN = env.str("FASI_METRICS_TOKEN", default="")
# Where a worker on a host without the site shows its metrics; 0 for nowhere.
FASI_METRICS_PORT = env.int("FASI_METRICS_PORT", default=0)
FASI_METRICS_BIND = env.str("FASI_METRICS_BIND", default="127.0.0.1")
FASI_METRICS_DIR = Path(env.str("FASI_METRICS_DIR", default=str(DATA_DIR / "metrics")))
# prometheus_client reads it when it is imported, which is later than here.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FASI_METRICS_DIR)

LOGGING = logging_config(debug=DEBUG, json=env.bool("FASI_LOG_JSON", default=not EMBEDDED))

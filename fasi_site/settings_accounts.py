"""Settings of accounts: signing in, second factors, mail, cookies.

`fasi_site.settings` takes over all of them.
"""

from urllib.parse import urlsplit

from fasi_site.environment import DATA_DIR, EMBEDDED, HTTPS, env

# The site's own address --------------------------------------------------------------------------

# Every link in a mail begins with it, whatever Host header a request came with.
FASI_SITE_URL = env.str(
    "FASI_SITE_URL",
    default=f"http://127.0.0.1:{env.int('FASI_PORT', default=8000)}" if EMBEDDED else "",
).rstrip("/")
# Where somebody who found a hole writes to: mailto:… or https://…; shown in security.txt.
FASI_SECURITY_CONTACT = env.str("FASI_SECURITY_CONTACT", default="")

# Mail --------------------------------------------------------------------------------------------

_email_url = env.str("FASI_EMAIL_URL", default="")
# Without a mail server, the embedded stack writes mails to this folder and pages say so.
FASI_MAIL_FOLDER = str(DATA_DIR / "mail") if EMBEDDED and not _email_url else ""
_email = env.email_url("FASI_EMAIL_URL", default="dummymail://") if _email_url else {}
EMAIL_BACKEND = _email.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.filebased.EmailBackend"
    if FASI_MAIL_FOLDER
    else "django.core.mail.backends.console.EmailBackend",
)
EMAIL_FILE_PATH = FASI_MAIL_FOLDER or _email.get("EMAIL_FILE_PATH")
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 5  # a page waits for the mail server no longer
DEFAULT_FROM_EMAIL = env.str("FASI_FROM_EMAIL", default="FASI <fasi@localhost>")

# Signing up and in -------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["classifier.accounts.backend.PasswordBackend"]
ACCOUNT_ADAPTER = "classifier.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"change_password": "classifier.accounts.forms.PasswordForm"}
# One address at a time: a new one counts when it is confirmed, and the old one is told.
ACCOUNT_CHANGE_EMAIL = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Names are made from addresses: a form that refuses a name tells who has an account.
# The password once: who mistypes it asks for another by mail.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.str(
    "FASI_EMAIL_VERIFICATION", default="optional" if FASI_MAIL_FOLDER else "mandatory"
)
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[FASI] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Beside allauth's other limits: nobody fills somebody's mailbox with links to a new password.
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,3/10m/key,10/d/key"}
# Whether nginx stands in front, which fetches photos from the bucket for us (deploy/nginx).
BEHIND_NGINX = env.bool("FASI_BEHIND_NGINX", default=False)
# How many proxies of ours stand before gunicorn: X-Forwarded-For is believed that far. Our nginx
# gives one address, and is told in deploy/nginx/proxies.conf whom to believe.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("FASI_TRUSTED_PROXIES", default=int(BEHIND_NGINX))
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# How long a password or a factor that was shown again counts for what is sensitive.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True

# Second factors ----------------------------------------------------------------------------------

MFA_ADAPTER = "classifier.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "FASI"
MFA_TOTP_TOLERANCE = 1  # clocks of phones drift; each code still works once only
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers allow passkeys without TLS on localhost only, and so do we.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED
# Staff without a second factor reach nothing but the page that sets one up.
FASI_STAFF_NEED_FACTOR = env.bool("FASI_STAFF_NEED_FACTOR", default=not EMBEDDED)

# Another provider's accounts, by OpenID Connect --------------------------------------------------

SOCIALACCOUNT_ADAPTER = "classifier.accounts.adapter.SocialAdapter"
# The same confirmed address on both sides is the same person.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
FASI_OIDC_ISSUER = env.str("FASI_OIDC_ISSUER", default="").rstrip("/")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("FASI_OIDC_NAME", default="OpenID Connect"),
                "client_id": env.str("FASI_OIDC_CLIENT_ID", default=""),
                "secret": env.str("FASI_OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": FASI_OIDC_ISSUER},
            }
        ]
        if FASI_OIDC_ISSUER
        else [],
    }
}
# Browsers hold form-action against the redirect that follows a form, too.
_issuer = urlsplit(FASI_OIDC_ISSUER)
OIDC_ORIGINS = env.list(
    "FASI_OIDC_ORIGINS",
    default=[f"{_issuer.scheme}://{_issuer.netloc}"] if FASI_OIDC_ISSUER else [],
)

# Cookies and keys --------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# With this prefix browsers take the cookie from this very host only, never from a subdomain.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SECRET_KEY_FALLBACKS = env.list("FASI_SECRET_KEY_FALLBACKS", default=[])
SECURE_HSTS_SECONDS = env.int("FASI_HSTS_S", default=31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS

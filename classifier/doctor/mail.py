"""The mail server takes us. No mail is sent."""

from collections.abc import Iterator
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import get_connection

from classifier.accounts.deployment import UNSENT
from classifier.doctor.findings import Finding, Options, error, first_line, ok


def check(_: Options) -> Iterator[Finding]:
    """Connect, and sign in where there is a password."""
    if any(f".{name}." in settings.EMAIL_BACKEND for name in UNSENT):
        if settings.EMBEDDED:
            yield ok("mail.ok", f"Mails are files in {settings.EMAIL_FILE_PATH}.")
        else:
            yield error(
                "mail.unsent",
                "No mail is sent: people cannot confirm an address or reset a password.",
                "Set FASI_EMAIL_URL, as smtp+tls://user:password@host:587.",
            )
        return
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as fault:
        yield error(
            "mail.away",
            f"The mail server {server} does not take us: {first_line(fault)}.",
            "Look at FASI_EMAIL_URL (host, port, TLS, password), and whether the port is let out.",
        )
        return
    connection.close()
    yield ok("mail.ok", f"The mail server {server} takes us.")

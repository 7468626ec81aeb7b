"""Mails that a test sent, and the links in them."""

import re

from django.conf import settings
from django.core import mail


def subjects(to: str) -> list[str]:
    """What this address was told, in order, without the prefix."""
    return [
        message.subject.removeprefix(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX)
        for message in mail.outbox
        if message.to == [to]
    ]


def link_in_last_mail(to: str, part: str) -> str:
    """The path of the link in the newest mail to this address that has one with `part`."""
    for message in reversed(mail.outbox):
        if message.to == [to]:
            for link in re.findall(r"https?://\S+", str(message.body)):
                if part in link:
                    assert link.startswith(settings.FASI_SITE_URL + "/"), link
                    return str(link.removeprefix(settings.FASI_SITE_URL))
    raise AssertionError(f"no mail to {to} has a link with {part}")

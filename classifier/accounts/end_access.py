"""Ending all access to an account: what a thief may have taken ends, too."""

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from classifier.audit import Action, record
from classifier.models import ApiToken, Share, SharedRecap, Webhook
from classifier.uploads import direct


def end_all_access(user: User, request: HttpRequest | None = None) -> None:
    """End sessions, tokens, webhooks, shared links, open direct uploads, connected accounts.

    Runs when a password is reset, an address is given back or the account is erased. Sessions that
    are in no list end with the password, or with the account. Second factors stay: whoever reads
    somebody's mail must not get past them.
    """
    with transaction.atomic():
        ended = {
            "tokens": ApiToken.objects.filter(owner=user, revoked__isnull=True).update(
                revoked=timezone.now()
            ),
            "webhooks": Webhook.objects.filter(owner=user).delete()[0],
            "shares": Share.objects.filter(outfit__owner=user).delete()[0],
            "recaps": SharedRecap.objects.filter(owner=user).delete()[0],
            "uploads": direct.close(user.pk),
            "connections": SocialAccount.objects.filter(user=user).delete()[0],
            "sessions": 0,
        }
        for session in UserSession.objects.filter(user=user):
            session.end()
            ended["sessions"] += 1
        record(Action.ACCESS_ENDED, request=request, subject=user.pk, **ended)

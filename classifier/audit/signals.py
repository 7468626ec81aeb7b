"""What allauth and Django tell of accounts, written down."""

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.admin.models import LogEntry
from django.contrib.auth import signals as auth
from django.contrib.auth.models import User
from django.db.models.signals import post_save
from django.dispatch import Signal
from django.http import HttpRequest

from classifier.audit.recording import Action, record

OF_A_PERSON: list[tuple[Signal, Action]] = [
    (account.user_signed_up, Action.SIGNED_UP),
    (auth.user_logged_in, Action.SIGNED_IN),
    (auth.user_logged_out, Action.SIGNED_OUT),
    (account.password_set, Action.PASSWORD_CHANGED),
    (account.password_changed, Action.PASSWORD_CHANGED),
    (account.password_reset, Action.PASSWORD_RESET),
    (account.email_added, Action.ADDRESS_ADDED),
    (account.email_changed, Action.ADDRESS_CHANGED),
    (account.email_removed, Action.ADDRESS_REMOVED),
    (mfa.authenticator_added, Action.FACTOR_ADDED),
    (mfa.authenticator_removed, Action.FACTOR_REMOVED),
    (mfa.authenticator_reset, Action.FACTOR_RESET),
]


def connect() -> None:
    """Listen; called once, when the app is ready."""
    for signal, action in OF_A_PERSON:
        signal.connect(_recorder(action), weak=False, dispatch_uid=f"audit-{action}-{id(signal)}")
    account.email_confirmed.connect(_address_confirmed, dispatch_uid="audit-address-confirmed")
    auth.user_login_failed.connect(_sign_in_failed, dispatch_uid="audit-sign-in-failed")
    social.social_account_added.connect(_connected, dispatch_uid="audit-connected")
    social.social_account_removed.connect(_disconnected, dispatch_uid="audit-disconnected")
    post_save.connect(_changed_by_staff, sender=LogEntry, dispatch_uid="audit-admin")


def _recorder(action: Action) -> Any:
    def receive(
        sender: Any, request: HttpRequest | None = None, user: User | None = None, **more: Any
    ) -> None:
        if user is None:  # somebody signed out who was not signed in
            return
        factor = more.get("authenticator")
        details = {"factor": factor.type} if factor is not None else {}
        record(action, request=request, actor=user.pk, **details)

    return receive


def _address_confirmed(
    sender: Any, request: HttpRequest | None, email_address: EmailAddress, **_: Any
) -> None:
    record(Action.ADDRESS_CONFIRMED, request=request, actor=email_address.user_id)


def _connected(sender: Any, request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    provider = sociallogin.account.provider
    user_id = sociallogin.user.pk
    record(Action.CONNECTION_ADDED, request=request, actor=user_id, provider=provider)


def _disconnected(sender: Any, request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    provider, user_id = socialaccount.provider, socialaccount.user_id
    record(Action.CONNECTION_REMOVED, request=request, actor=user_id, provider=provider)


def _sign_in_failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Nobody is the actor: whoever tries is not who they say. What they typed is not kept."""
    named = _named(credentials)
    record(Action.SIGN_IN_FAILED, request=request, subject=named.pk if named else None)


def _named(credentials: dict[str, Any]) -> User | None:
    if name := credentials.get("username"):
        return User.objects.filter(username__iexact=name).first()
    if address := credentials.get("email"):
        return next(iter(filter_users_by_email(address)), None)
    return None


def _changed_by_staff(sender: Any, instance: LogEntry, created: bool, **_: Any) -> None:
    """Whatever staff change on the admin's pages: accounts, groups, permissions."""
    if created:
        model = instance.content_type.model if instance.content_type else ""
        record(
            Action.SETTING_CHANGED,
            actor=instance.user_id,
            subject=int(instance.object_id or 0) if model == "user" else None,
            model=model,
            of=str(instance.object_id),
            change=instance.get_change_message(),
        )

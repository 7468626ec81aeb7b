"""What is asked of accounts, which allauth keeps."""

from allauth.account.models import EmailAddress


def has_confirmed_address(owner_id: int) -> bool:
    """Whether this person has shown that an address is theirs.

    Before that they get no token, no webhook and no shared link: whoever signs up with somebody
    else's address must hold nothing that outlives the true owner's sign-up.
    """
    return bool(EmailAddress.objects.filter(user_id=owner_id, verified=True).exists())

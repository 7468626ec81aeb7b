"""Where webhooks may lead, and the sentences for those that may not (`outbound` checks them)."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound.targets import Refusal, Rules, Target, TargetRefused, resolve

_SENTENCES: dict[Refusal, Promise] = {
    Refusal.NO_URL: _("This is no address."),
    Refusal.SCHEME: _("A webhook's address begins with https:// and names a host."),
    Refusal.CREDENTIALS: _("Leave user and password out of a webhook's address."),
    Refusal.PORT: _("A webhook's port is one of %(ports)s."),
    Refusal.UNKNOWN_HOST: _("The host of this address is not known."),
    Refusal.NOT_PUBLIC: _("This address leads into a private network."),
}


class AddressRefused(ValueError):
    """No webhook leads there; the text is a sentence for the person."""


def target(url: str) -> Target:
    """Check the URL and resolve its name. Raises AddressRefused."""
    internal = settings.FASI_WEBHOOK_ALLOW_INTERNAL
    rules = Rules(
        schemes=("https", "http") if internal else ("https",),
        ports=settings.FASI_WEBHOOK_PORTS,
        internal=internal,
    )
    try:
        return resolve(url, rules)
    except TargetRefused as error:
        ports = ", ".join(map(str, settings.FASI_WEBHOOK_PORTS))
        raise AddressRefused(str(_SENTENCES[error.reason]) % {"ports": ports}) from error

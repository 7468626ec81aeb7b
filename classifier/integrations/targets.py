"""Where webhooks may lead, and the sentences for those that may not (`outbound` checks them)."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbound.targets import Refusal, Rules, Target, TargetRefused, resolve

_SENTENCES: dict[Refusal, Promise] = {
    Refusal.NO_URL: _("This isn’t a valid address."),
    Refusal.SCHEME: _("A webhook’s address must start with https:// and include a host."),
    Refusal.CREDENTIALS: _("Remove the user name and password from the webhook’s address."),
    Refusal.PORT: _("Webhooks can only use these ports: %(ports)s."),
    Refusal.UNKNOWN_HOST: _("The host of this address can’t be found."),
    Refusal.NOT_PUBLIC: _("This address belongs to a private network."),
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

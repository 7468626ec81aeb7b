"""Parts of addresses, as Django's URLconf converts them."""


class TokenConverter:
    """A token of a public link, as `secrets.token_urlsafe` writes it."""

    regex = "[A-Za-z0-9_-]{16,32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value

"""Django, for the commands that need it."""

import os


def set_up() -> None:
    """Load the settings and all models. Raises ImproperlyConfigured."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")
    import django

    django.setup()

"""Where settings come from: the environment, and below it what `make up` wrote down."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from fasi_site.local.data import default_folder

BASE_DIR = Path(__file__).resolve().parent.parent

# FileAwareEnv reads FASI_X from the file that FASI_X_FILE names, as Docker secrets need.
env = environ.FileAwareEnv()
DATA_DIR = BASE_DIR / env.str("FASI_DATA", default=str(default_folder()))
environ.Env.read_env(DATA_DIR / "services.env")

# True on the stack of `make up`, which listens on 127.0.0.1 only: it may have a demo account.
EMBEDDED = env.bool("FASI_EMBEDDED", default=False)
HTTPS = env.bool("FASI_HTTPS", default=False)


def required(name: str) -> str:
    """The variable's value, or a sentence that says how to get one."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Run `make up` once, which starts the embedded services and writes "
            f"{DATA_DIR}/services.env, or set it yourself: docs/operations.md lists every setting."
        )
    return value

"""Settings of commands that need no running service.

The same as always, but with addresses that lead nowhere, whatever the environment says: such a
command reads no database and no bucket, and needs nothing to be set.
"""

import os

os.environ |= {
    "FASI_SECRET_KEY": "signs nothing",
    "FASI_DATABASE_URL": "postgres://nowhere.invalid/none",
    "FASI_BROKER_URL": "redis://nowhere.invalid",
    "FASI_CACHE_URL": "redis://nowhere.invalid",
}

from fasi_site.settings import *  # noqa: F403

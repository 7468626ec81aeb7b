"""How gunicorn serves the site: `gunicorn -c fasi_site/gunicorn.py fasi_site.wsgi`."""

import gc
import multiprocessing
import os
from typing import Any

# A unix socket, `unix:/path`, where nginx stands in front.
bind = os.environ.get("FASI_BIND", f"127.0.0.1:{os.environ.get('FASI_PORT', '8000')}")
# Decoding releases the GIL, so a process per core and a few threads each keep the cores busy
# while other threads wait for S3 and PostgreSQL.
workers = int(os.environ.get("FASI_WEB_PROCESSES", str(min(multiprocessing.cpu_count(), 4))))
threads = int(os.environ.get("FASI_WEB_THREADS", "4"))
worker_class = "gthread"
# Loaded once, before the processes are forked: they share the pages of all that is imported.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 15
loglevel = "warning"
# It would lie in the home folder, where a second checkout finds it taken.
control_socket_disable = True


def when_ready(_: Any) -> None:
    """Have everything loaded, and keep the garbage collector from writing to the shared pages."""
    from django.urls import resolve

    resolve("/healthz")  # the first address that is looked up imports all views
    gc.collect()
    gc.freeze()

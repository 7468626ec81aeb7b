"""How gunicorn serves the site: `gunicorn -c fasi_site/gunicorn.py fasi_site.wsgi`."""

import multiprocessing
import os

# A unix socket, `unix:/path`, where nginx stands in front.
bind = os.environ.get("FASI_BIND", f"127.0.0.1:{os.environ.get('FASI_PORT', '8000')}")
# Decoding releases the GIL, so a process per core and a few threads each keep the cores busy
# while other threads wait for S3 and PostgreSQL.
workers = int(os.environ.get("FASI_WEB_PROCESSES", str(min(multiprocessing.cpu_count(), 4))))
threads = int(os.environ.get("FASI_WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 20
keepalive = 15
loglevel = "warning"
# It would lie in the home folder, where a second checkout finds it taken.
control_socket_disable = True

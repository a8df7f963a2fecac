"""gunicorn's settings, also under systemd: `gunicorn -c deploy/gunicorn.conf.py resoc.wsgi`.

Everything but the address stands here, so that nobody serves the site without it. The code is in `resoc/serving/`.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # gunicorn adds it only after reading this file

from resoc.serving import hooks
from resoc.serving.worker import Worker

on_starting = hooks.on_starting
on_reload = hooks.on_reload
when_ready = hooks.when_ready
post_worker_init = hooks.post_worker_init
pre_request = hooks.pre_request
on_exit = hooks.on_exit

worker_class = Worker
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
worker_connections = 400  # of each worker: together with its files fewer than the 1024 that it may have open
preload_app = True  # loaded once, before the workers are forked: they start sooner and share its memory
control_socket_disable = True
timeout = graceful_timeout = 30  # seconds
keepalive = 5  # seconds; a connection that waits for its next request has no thread

# A search may be long, also one of 10,000 characters that take three bytes each; a cookie is not.
# What is longer gets a 414 or a 431.
limit_request_line = 31_000  # bytes
limit_request_fields = 64
limit_request_field_size = 8190  # bytes

# What a proxy says is believed by the settings of the site alone, and only with TRUSTED_PROXY_COUNT.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

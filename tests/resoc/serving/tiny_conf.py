"""`deploy/gunicorn.conf.py` for `tiny`: a request may take one second, and nothing of Django runs beside it."""

import runpy
from pathlib import Path

from resoc.serving.worker import Worker

CONFIG = Path(__file__).resolve().parents[3] / "deploy" / "gunicorn.conf.py"


class Impatient(Worker):
    """The worker, with a short limit."""

    request_seconds = 1


def start_warmer_only(worker):
    worker.wsgi.start_warmer()


globals().update(runpy.run_path(str(CONFIG)))
worker_class = Impatient
post_worker_init = start_warmer_only

"""How gunicorn serves the site, also under systemd: `gunicorn -c deploy/gunicorn.conf.py resoc.wsgi`."""


def post_worker_init(worker):
    """Each worker also looks after mails; see `resoc.upkeep`."""
    from resoc.upkeep import start

    start()

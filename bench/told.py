"""The site, with the number of the worker that answered in each answer."""

import os

from resoc.wsgi import application as site


def application(environ, start_response):
    """`resoc.wsgi` with one more header."""
    worker = ("X-Worker", str(os.getpid()))
    return site(environ, lambda status, headers, *error: start_response(status, [*headers, worker], *error))

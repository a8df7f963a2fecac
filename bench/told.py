"""The site, with the number of the worker that answered in each answer."""

import os

from resoc.wsgi import application as site

WORKER = ("X-Worker", str(os.getpid()))


def application(environ, start_response):
    """`resoc.wsgi` with one more header."""
    return site(environ, lambda status, headers, *error: start_response(status, [*headers, WORKER], *error))

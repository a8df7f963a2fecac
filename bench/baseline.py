"""Baselines: the cheapest application under gunicorn (`bare`) and a Django view that returns a constant.

Both answer from a dict with the pages that BENCH_PAGES (a pickle) holds.
"""

import os
import pickle
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import re_path

# By path: (entity tag, headers of a 304, {encoding: (body, headers)}).
PAGES = pickle.loads(Path(os.environ["BENCH_PAGES"]).read_bytes())  # noqa: S301  (written by this run)


def bare(environ, start_response):
    """The page in the encoding that is asked for, or a 304."""
    etag, short, answers = PAGES[environ["PATH_INFO"]]
    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        start_response("304 Not Modified", short)
        return []
    body, headers = answers["br" if "br" in environ.get("HTTP_ACCEPT_ENCODING", "") else "identity"]
    start_response("200 OK", headers)
    return [body]


def constant(request):
    """The same page, neither compressed nor conditional, as a view."""
    return HttpResponse(PAGES[request.path][2]["identity"][0])


settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",  # noqa: S106
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
urlpatterns = [re_path("", constant)]
django_application = get_wsgi_application()

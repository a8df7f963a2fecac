"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")

django_application = get_wsgi_application()

from publishing.page_cache import PageCache  # noqa: E402  (needs the apps to be ready)
from publishing.sqlite.base import DatabaseWrapper  # noqa: E402

DatabaseWrapper.creates = False

application = PageCache(django_application, keeps_warm=True)

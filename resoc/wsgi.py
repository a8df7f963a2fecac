"""The WSGI application that gunicorn serves."""

import gc
import logging
import os

gc.disable()  # what is being loaded is no garbage: looking through it takes a tenth of a start

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")

from resoc.private_files import secure  # noqa: E402

mended = secure()  # before anything connects to the database
django_application = get_wsgi_application()
for line in mended:
    logging.getLogger("resoc").warning(line)

from publishing.page_cache import PageCache  # noqa: E402  (needs the apps to be ready)
from publishing.sqlite.base import DatabaseWrapper  # noqa: E402

gc.enable()

DatabaseWrapper.creates = False

application = PageCache(django_application, keeps_warm=True, urlconf="resoc.visitor_urls")

"""The WSGI application that gunicorn serves."""

import gc
import logging
import os

gc.disable()  # what is being loaded is no garbage: to look for some takes a sixth of the loading

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")

from publishing.web.sent_forms.encodings import read_as_utf8  # noqa: E402
from resoc.operations.private_files import secure  # noqa: E402

mended = secure()  # before anything connects to the database
django_application = read_as_utf8(get_wsgi_application())
for line in mended:
    logging.getLogger("resoc").warning(line)

from publishing.cache.wsgi import PageCache  # noqa: E402  (needs the apps to be ready)
from publishing.db.sqlite.base import DatabaseWrapper  # noqa: E402
from resoc.serving.application import CachingApplication  # noqa: E402

gc.enable()

DatabaseWrapper.creates = False

application: CachingApplication = PageCache(django_application, keeps_warm=True, urlconf="resoc.visitor_urls")

"""The site, with the number of the worker that answered in each answer."""

import os

from resoc.wsgi import application as site

WORKER = "X-Worker"


class Told:
    """`resoc.wsgi` with one more header, also on its short ways."""

    start, keep_warm, rehearse = site.start, site.keep_warm, site.rehearse

    def __call__(self, environ, start_response):
        worker = (WORKER, str(os.getpid()))
        return site(environ, lambda status, headers, *error: start_response(status, [*headers, worker], *error))

    def at_hand(self, environ, head):
        return self.with_worker(site.at_hand(environ, head))

    def recall(self, head):
        return self.with_worker(site.recall(head))

    def with_worker(self, found):
        return found and (found[0] + f"{WORKER}: {os.getpid()}\r\n".encode(), found[1])


application = Told()

"""The site, with the id of the worker in a header of each response."""

import os

from resoc.wsgi import application as site

WORKER = "X-Worker"


class WithHeader:
    """`resoc.wsgi` with one more header, also on its short ways."""

    start_warmer, run_warmer, warm_up = site.start_warmer, site.run_warmer, site.warm_up

    def __call__(self, environ, start_response):
        worker = (WORKER, str(os.getpid()))
        return site(environ, lambda status, headers, *error: start_response(status, [*headers, worker], *error))

    def at_hand(self, environ, head):
        return self.with_worker(site.at_hand(environ, head))

    def recall(self, head):
        return self.with_worker(site.recall(head))

    def with_worker(self, found):
        return found and (found[0] + f"{WORKER}: {os.getpid()}\r\n".encode(), found[1])


application = WithHeader()

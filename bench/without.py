"""The site with one device left out, by its name in `BENCH_WITHOUT`; see `bench/devices.py`."""

import gc
import os

LEFT_OUT = os.environ.get("BENCH_WITHOUT", "")

if LEFT_OUT == "gc.freeze":
    gc.freeze = lambda: None
if LEFT_OUT == "gc.disable":
    gc.disable = lambda: None

from publishing.queries import prepared  # noqa: E402


def _compile_each_time(query: prepared.PreparedQuery, make) -> None:
    query.compile = lambda *shape: prepared.Compiled(make(*shape))


if LEFT_OUT == "PreparedQuery":
    prepared.PreparedQuery.__init__ = _compile_each_time

from resoc.wsgi import application, django_application  # noqa: E402

__all__ = ["application", "django_application"]  # the apps are ready now, for what follows

import resoc.web.urlconfs  # noqa: E402
from publishing.cache.wsgi import PageCache  # noqa: E402
from publishing.templatetags.memoize import MemoizeNode  # noqa: E402


def _render_each_time(node: MemoizeNode, context) -> str:
    with context.push(**{name: value.resolve(context) for name, value in node.values.items()}):
        return node.nodelist.render(context)


if LEFT_OUT in ("recall", "at_hand"):
    PageCache.recall = lambda *_request: None
if LEFT_OUT == "at_hand":
    PageCache.at_hand = lambda *_request: None
if LEFT_OUT == "warm_up":
    PageCache.warm_up = lambda _cache: None
if LEFT_OUT == "memoize":
    MemoizeNode.render = _render_each_time
if LEFT_OUT == "visitor URLconf":
    resoc.web.urlconfs.is_for_users = lambda _request: True

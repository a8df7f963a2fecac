"""The encoding of forms and queries: UTF-8, in which browsers send ours, whatever else a sender names.

Django takes the name that it gets, and fails on encodings that are none of text, before any middleware.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

CHARSET = re.compile(r"""\s*;\s*charset\s*=\s*("[^"]*"|[^;]*)""", re.IGNORECASE)


def read_as_utf8(application: Application) -> Application:
    """`application`, which is told of no other encoding (PEP 3333)."""

    def told(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "charset" in environ.get("CONTENT_TYPE", "").lower():
            environ = environ | {"CONTENT_TYPE": CHARSET.sub("", environ["CONTENT_TYPE"])}
        return application(environ, start_response)

    return told

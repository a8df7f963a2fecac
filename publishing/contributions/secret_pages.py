"""What pages behind a token in their address have in common: no cache, no search engine and no referrer knows them.

Their forms need no token against forgery. Nothing else lets their reader in, no cookie and no session, so a page
of another site could send nothing that its own server could not send as well. A cookie would be one more thing to
lose, and so would be what was typed when it lapses. What a browser says comes from another site is refused all
the same, also by a link that takes nothing: the page that gives back what was typed would say in our name what
somebody else wrote.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from publishing.content.sanitising import sanitised


@dataclass(frozen=True)
class Typed:
    """Something that was typed and not kept, to be copied from the page that says so."""

    label: str
    text: str
    is_rich: bool = False  # only when surely somebody typed it in a form of ours: its links are links

    @property
    def html(self) -> SafeString:
        """The text as HTML: sanitised when it is rich text, else escaped."""
        return mark_safe(sanitised(self.text) if self.is_rich else linebreaks(self.text, autoescape=True))  # noqa: S308


def guarded(response: HttpResponse) -> HttpResponse:
    """Return `response` with headers against indexing, caching and referrers."""
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether the browser says that a page of another site sent this form (Fetch Metadata Request Headers, 2.4).

    Of an older browser `Origin` may say it; a page that tells no referrer, as ours, sends `null`.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    return request.headers.get("Origin", "null") not in ("null", f"{request.scheme}://{request.get_host()}")


def not_kept(
    request: HttpRequest, template: str, typed: Iterable[Typed] = (), status: int = HTTPStatus.GONE, **context: object
) -> HttpResponse:
    """Return the page that explains why a link no longer works, with the submitted texts to copy."""
    return guarded(render(request, template, {"typed": list(typed), **context}, status=status))

"""Public pages of plain text, and security.txt. The home page is composed in `resoc.views`."""

from datetime import UTC, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from pages.models import ContactDetails, TextPage
from publishing.addresses import absolute
from publishing.languages import CODES
from publishing.views import PublishedDetailView

SECURITY_TXT_DAYS = 300  # RFC 9116 2.5.5: the date of expiry lies less than a year ahead


class TextPageView(PublishedDetailView):
    """One text page."""

    model = TextPage
    context_name = "text_page"
    template_name = "pages/textpage_detail.html"
    has_versions = True


def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a weakness of this site (RFC 9116)."""
    details = ContactDetails.published().first()
    expires = timezone.now() + timedelta(days=SECURITY_TXT_DAYS)
    lines = [
        *([f"Contact: mailto:{details.email}"] if details and details.email else []),
        f"Contact: {absolute(request, reverse('contact'))}",
        f"Expires: {expires.astimezone(tz=UTC):%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(CODES)}",
        f"Canonical: {absolute(request, reverse('security_txt'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")

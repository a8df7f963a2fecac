"""Public pages of plain text, and security.txt. The home page is composed in `resoc.web.views`."""

from datetime import UTC, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from pages import barriers
from pages.models import ContactDetails, TextPage
from pages.models.statements import AccessibilityStatement, PrivacyStatement
from publishing.backup.retention import months_kept
from publishing.i18n.languages import CODES, resolve
from publishing.i18n.urls import absolute
from publishing.models import Revision, RevisionSlug
from publishing.web.views import PublishedDetailView

SECURITY_TXT_DAYS = 300  # RFC 9116 2.5.5: the date of expiry lies less than a year ahead


class TextPageView(PublishedDetailView):
    """One text page; around the text of a statement stands what was filled in for it."""

    model = TextPage
    context_name = "text_page"
    template_name = "pages/textpage_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page: TextPage = kwargs["text_page"]
        model = statement_of(page)
        statement = model.published(page.as_of).first() if model else None
        context: dict[str, Any] = {"statement": statement, "statement_kind": model._meta.model_name if model else ""}
        # A text without a heading of its own would seem to belong to the last one before it.
        context["begins_with_text"] = not resolve(page, "body").value.lstrip().startswith("<h")
        if model is PrivacyStatement and settings.BACKUPS:
            context["backup_months"] = months_kept()
        if isinstance(statement, AccessibilityStatement):
            context["site_host"] = urlsplit(absolute(self.request, "/")).netloc
            context["barriers"] = (
                [] if kwargs.get("version") else barriers.counted()
            )  # of now, so not of an old version
        return super().get_context_data(**kwargs, **context)


def statement_of(page: TextPage) -> type[AccessibilityStatement | PrivacyStatement] | None:
    """Which statement this page is, by the Dutch address that it has or once had."""
    kinds: tuple[type[AccessibilityStatement | PrivacyStatement], ...] = (AccessibilityStatement, PrivacyStatement)
    by_slug = {kind.slug: kind for kind in kinds}
    if found := by_slug.get(page.slug_in(settings.LANGUAGE_CODE)):
        return found
    named = RevisionSlug.objects.filter(language=settings.LANGUAGE_CODE, slug__in=[*by_slug]).values("revision")
    once = Revision.objects.of(TextPage).numbered(page.pk or 0).filter(pk__in=named).first()
    return by_slug.get(cast(TextPage, once.thaw()).slug_in(settings.LANGUAGE_CODE)) if once else None


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

"""Addresses of a former site: where they lead now."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import NoReverseMatch
from django.utils.translation import override

from publishing.content.link_resolution import page_models
from publishing.i18n.urls import address
from publishing.models import OldAddress, Revision
from publishing.models.old_addresses import LONGEST_ADDRESS
from publishing.web.addresses.wrong_addresses import key_of
from publishing.web.gone import gone


def old_address(request: HttpRequest) -> HttpResponse | None:
    """A redirect to the page that took the place of this address, or the 410 when it was withdrawn; else None."""
    asked = {key_of(request.path, request.META.get("QUERY_STRING", "")), key_of(request.path)}
    keys = [key for key in asked if len(key) <= LONGEST_ADDRESS and "\0" not in key]
    # With its query, when that is how it was written down.
    found = max(OldAddress.objects.filter(address__in=keys), key=lambda row: len(row.address), default=None)
    return answer(request, found) if found else None


def answer(request: HttpRequest, old: OldAddress) -> HttpResponse | None:
    """What `old` leads to now."""
    url = url_of(old)
    if url:
        return None if url == request.path else HttpResponsePermanentRedirect(url)
    if old.model in labels():
        decides = Revision.objects.filter(model=old.model, object_id=old.object_id).due().first()
        if decides:
            with override(old.language):
                return gone(request, decides)
    return None


def labels() -> set[str]:
    """The kinds of content whose objects are pages."""
    return {model._meta.label_lower for model in page_models()}


def url_of(old: OldAddress) -> str:
    """Where `old` leads, in its language; "" while no visitor sees the page."""
    try:
        if old.view:
            return address(old.language, old.view)
    except NoReverseMatch:
        return ""
    if old.model not in labels():
        return ""
    revision = Revision.objects.filter(model=old.model, object_id=old.object_id).public().first()
    return revision.thaw().get_absolute_url(old.language) if revision else ""

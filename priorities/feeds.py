"""What is new, as Atom (RFC 4287): for the whole site, and for one theme."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import feedgenerator, timezone
from django.utils.html import escape, format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from pages.models import ContactDetails
from priorities.models import Document, Theme, Update, updates_about
from priorities.news import documents
from publishing.content.internal_links import targets, with_addresses
from publishing.content.link_resolution import addresses
from publishing.content.long_texts import with_notes_between_brackets
from publishing.i18n.languages import current, is_blank, localized, resolve
from publishing.i18n.urls import absolute
from publishing.models import ChangeNote, Publishable, Revision, RevisionQuerySet, follow, last_told
from publishing.models.change_notes import WITH_NOTE
from publishing.models.revisions import AT
from publishing.queries.prepared import PreparedQuery
from publishing.text.typography import set_right_in_html
from publishing.web.views import PublishedDetailView

LENGTH = 20  # entries
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # when a feed changed in which nothing stands


class Atom(feedgenerator.Atom1Feed):
    """Django's, which says of an empty feed that it changed just now (RFC 4287 4.2.15)."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else BEGAN


class SiteFeed(Feed):
    """What is new of each of `KINDS`, in the language of the address, as far as it exists in it."""

    feed_type = Atom
    author_name = "RESOC Westhoek"  # of every entry too (RFC 4287 4.1.1)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.request = request
        return super().__call__(request, *args, **kwargs)

    def title(self, obj: Any = None) -> str:
        return "RESOC Westhoek"

    def subtitle(self, obj: Any = None) -> str:
        return _("News, topics, opinions and meetings")

    def feed_copyright(self, obj: Any = None) -> str | None:
        """The licence for reuse, as the `rights` of the feed (RFC 4287 4.2.10); None when none was chosen."""
        details = ContactDetails.published().first()
        return f"{details.get_licence_display()}: {details.licence_url}" if details and details.licence_url else None

    def link(self, obj: Any = None) -> str:
        return absolute(self.request, reverse("home"))

    def feed_guid(self, obj: Any = None) -> str:
        return absolute(self.request, self.request.path)

    def feed_url(self, obj: Any = None) -> str:
        return absolute(self.request, self.request.path)

    def items(self, obj: Any = None) -> list[Publishable]:
        return _in_this_language(_newest)

    def item_title(self, item: Any) -> str:
        return capfirst(resolve(item, "title").shown)

    def item_description(self, item: Any) -> str:
        """What changed, and the text, with addresses that also lead here from a feed reader."""
        text = with_notes_between_brackets(item.feed_text)
        text = with_addresses(text, item.addresses, root=absolute(self.request, ""))
        return f"{_told(item.change_note)}{text}"

    def item_link(self, item: Publishable) -> str:
        return absolute(self.request, item.get_absolute_url())

    def item_enclosures(self, item: Any) -> list[feedgenerator.Enclosure]:
        """Its documents."""
        return [
            feedgenerator.Enclosure(absolute(self.request, each.get_absolute_url()), str(each.size), "application/pdf")
            for each in ([item] if isinstance(item, Document) else item.shown_documents)
        ]

    def item_guid(self, item: Publishable) -> str:
        """The same for ever, also when the address changes (RFC 4151)."""
        host = self.request.get_host().split(":")[0]
        return f"tag:{host},2026:{item._meta.label_lower}/{item.pk}"

    def item_updateddate(self, item: Any) -> datetime:
        return item.revision.changed_at


class ThemeFeed(SiteFeed):
    """The updates of one theme."""

    def get_object(self, request: HttpRequest, theme: Theme) -> Theme:
        return theme

    def title(self, obj: Any = None) -> str:
        return f"{capfirst(resolve(obj, 'title').shown)} · RESOC Westhoek"

    def subtitle(self, obj: Any = None) -> str:
        return _("News about this topic")

    def link(self, obj: Any = None) -> str:
        return absolute(self.request, obj.get_absolute_url())

    def items(self, obj: Any = None) -> list[Publishable]:
        return _in_this_language(lambda most, now: updates_about([obj], now)[:most])


class ThemeFeedView(PublishedDetailView):
    """That feed at the address of its theme, also at an old one: who follows it does not lose it."""

    model = Theme
    context_name = "theme"

    def get_address(self, obj: Publishable, version: int | None = None) -> str:
        return reverse("theme_feed", args=[obj.slug_in(current())])

    def show(self, obj: Any, **context: Any) -> HttpResponse:
        return ThemeFeed()(self.request, theme=obj)


@dataclass(frozen=True)
class FeedKind:
    """A kind of page of which the feed of the site tells what is new."""

    model: type[Publishable]
    text: Callable[[Any], str]  # what an entry says, as HTML
    following: tuple[str, ...] = ("documents__document",)


def body_of(obj: Any) -> str:
    """The text of a page, with the signs of its language."""
    body = resolve(obj, "body")
    return set_right_in_html(body.value, body.language or current())


KINDS: dict[type[Publishable], FeedKind] = {}


def register(kind: FeedKind) -> None:
    """Let the feed of the site tell what is new of this kind."""
    KINDS[kind.model] = kind


for each in (Theme, Update):
    register(FeedKind(each, body_of))
register(FeedKind(Document, lambda document: escape(document.facts), ()))  # those that are news


def public_of(model: type[Publishable], at: Any) -> RevisionQuerySet[Revision]:
    """What visitors see of a kind at a moment, as far as the feed tells it."""
    return documents(at) if model is Document else Revision.objects.public(at).of(model)


# Each from its own index: together they would all be sorted.
NEWEST: PreparedQuery[Revision] = PreparedQuery(
    lambda model, most: public_of(model, AT).annotate(**WITH_NOTE).newest_first()[:most]
)


def _newest(most: int, now: datetime) -> list[Revision]:
    """What visitors see of all kinds in the feed, newest first."""
    found = chain(*(NEWEST(model, most, at=now) for model in KINDS))
    return sorted(found, key=lambda revision: (revision.changed_at, revision.pk), reverse=True)[:most]


def _in_this_language(ask: Callable[[int, datetime], list[Revision]]) -> list[Publishable]:
    """The first entries among what `ask` gives; it is told how many to give, and when.

    Atom readers can't be told the language of one title, so a feed is in one language. Each object
    gets the `addresses` of what its text links to, its documents, and what is told of its last change.
    """
    now = timezone.now()
    shown: list[Any] = []
    for most in (LENGTH, 2 * LENGTH):  # most often the first are enough; with many untranslated ones they are not
        found = ask(most, now)
        spoken: list[Any] = [revision.thaw(now) for revision in found if is_spoken(revision)]
        shown = spoken[:LENGTH]
        if len(shown) == LENGTH or len(found) < most:
            break
    for paths in dict.fromkeys(KINDS[type(obj)].following for obj in shown):
        follow([obj for obj in shown if KINDS[type(obj)].following == paths], paths, now)
    texts = {id(obj): KINDS[type(obj)].text(obj) for obj in shown}
    links = addresses({target for text in texts.values() for target in targets(text)})
    told = last_told(obj.revision for obj in shown)
    for obj in shown:
        obj.feed_text, obj.addresses, obj.change_note = texts[id(obj)], links, told.get(obj.revision.pk)
    return shown


def _told(change_note: ChangeNote | None) -> str:
    """What is new for the reader, as a paragraph in HTML; "" when nobody said."""
    found = resolve(change_note, "text") if change_note else None
    if not found:
        return ""
    lang = format_html(' lang="{}"', found.language) if found.fallback else ""
    return format_html("<p><strong>{}</strong> <span{}>{}</span></p>", _("What is new:"), lang, found.shown)


def is_spoken(revision: Revision) -> bool:
    """Whether the title of a page has a text in the language of the feed."""
    return not is_blank(revision.data.get(localized("title", [current()])[0]))

"""What a site in use needs that only people know: an address, and what the two statements must say."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pages.models import ContactDetails, Synonym, TextPage
from pages.models.statements import AccessibilityStatement, PrivacyStatement
from pages.search_words import leading_nowhere
from publishing.admin.work_list import Asked, Tier, WorkItem, WorkKind, WorkSubject, register
from publishing.admin.work_list.readiness import Lacking, check
from publishing.content.html import to_text
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, resolve
from publishing.i18n.urls import desk_address
from publishing.models import Publishable, Revision
from publishing.models.rights import may_change
from publishing.review.lacks import cause_of

REVIEW = WorkKind("review", Tier.DATE, 8.1, gettext_lazy("statement to be reviewed"))
INCOMPLETE = WorkKind("incomplete_statement", Tier.DATE, 8.2, gettext_lazy("statement that lacks something"))
SEARCH_WORDS = WorkKind("search-words", Tier.BETTER, 90, gettext_lazy("search words that find nothing"))
CLAIM = WorkKind("statement_claim", Tier.DATE, 8.3, gettext_lazy("statement that says what nobody can know"))
AHEAD = timedelta(days=30)  # that a review is announced
# What the first releases put in the accessibility statement, and nobody found out.
CLAIMS = {
    "nl": ("Andere problemen kennen we niet.", "Deze verklaring is opgesteld op 24 november 2026."),
    "fr": ("Nous ne connaissons pas d’autres problèmes.", "Cette déclaration a été établie le 24 novembre 2026."),
    "en": ("We know of no other problems.", "This statement was drawn up on 24 November 2026."),
}
# What the law asks of each, in the order of the form; of a group one is enough.
ACCESSIBILITY = (("status",), ("method",), ("made_on",), ("responsible",), ("response_days",), ("enforcement_url",))
PRIVACY = (
    *(("controller",), ("address",), ("email",), ("officer", "no_officer"), ("processors",), ("mailbox_retention",)),
    *(("authority",), ("grounded_flows",)),
)
GROUNDS = "grounded_flows"  # no field of its own: the rows of a list with a ground


@check
def email_address(asked: Asked) -> Lacking | None:
    """Whether visitors read an e-mail address."""
    return _lacking(asked, _("e-mail address"), "email")


@check
def postal_address(asked: Asked) -> Lacking | None:
    """Whether visitors read a postal address."""
    return _lacking(asked, _("postal address"), "street", "postal_code", "municipality")


@check
def controller(asked: Asked) -> Lacking | None:
    """Whether visitors read who is responsible for personal data."""
    return _lacking(asked, _("privacy statement: who is the controller?"), "controller", model=PrivacyStatement)


@check
def statement_status(asked: Asked) -> Lacking | None:
    """Whether somebody said how accessible the website is."""
    return _lacking(asked, _("accessibility statement: its status"), "status", model=AccessibilityStatement)


@check
def response_term(asked: Asked) -> Lacking | None:
    """Whether visitors read when they get an answer."""
    said = _("accessibility statement: within which time you answer")
    return _lacking(asked, said, "response_days", model=AccessibilityStatement)


def _lacking(asked: Asked, said: str, *fields: str, model: type[Publishable] = ContactDetails) -> Lacking | None:
    """What lacks when one of `fields` is not public, and the first of them."""
    if not may_change(asked.user, model):
        return None
    shown = model.published().first()
    empty = [name for name in fields if not getattr(shown, name, "")]
    return Lacking(said, _field(model, shown, empty[0])) if empty else None


def _field(model: type[Publishable], shown: Publishable | None, name: str) -> str:
    """The address of that field in the form of the one object of `model`, also while there is none."""
    row = shown or model._base_manager.first()
    url = desk_address(row) if row else desk_address(model, "add")
    return f"{url}#id_{name}"


# Statements that somebody stands for


@register(REVIEW)
def review(asked: Asked) -> Iterator[WorkItem]:
    """The accessibility statement, from 30 days before it must be reviewed."""
    shown = AccessibilityStatement.published().first() if may_change(asked.user, AccessibilityStatement) else None
    due = shown.review_due if shown else None
    if shown and due and due - AHEAD <= timezone.localdate(asked.now):
        yield WorkItem(
            REVIEW,
            str(shown),
            _("to be reviewed before %(date)s") % {"date": written(due)},
            _field(AccessibilityStatement, shown, "reviewed_on"),
            20,
            since=timezone.make_aware(datetime.combine(due, datetime.min.time())),
            subject=_subject(shown),
            cause=f"{due:%Y-%m-%d}",
        )


@register(INCOMPLETE)
def incomplete(asked: Asked) -> Iterator[WorkItem]:
    """What the law asks and a statement lacks, once somebody has begun with it: a line that leads to the first."""
    for model, first, groups in (
        (AccessibilityStatement, "status", ACCESSIBILITY),
        (PrivacyStatement, "controller", PRIVACY),
    ):
        shown = model.published().first() if may_change(asked.user, model) else None
        if not shown or not getattr(shown, first):
            continue
        empty = [group[0] for group in groups if not any(_says(shown, name) for name in group)]
        names = [_name(model, name) for name in empty]
        if empty:
            yield WorkItem(
                INCOMPLETE,
                str(shown),
                _("still lacks: %(names)s") % {"names": ", ".join(names)},
                _place(model, shown, empty[0]),
                20,
                subject=_subject(shown),
                cause=cause_of(empty),
            )


@register(CLAIM)
def claims(asked: Asked) -> Iterator[WorkItem]:
    """An accessibility statement whose text still says that there are no other problems, or a date of the seed."""
    if not may_change(asked.user, TextPage):
        return
    once = Revision.objects.of(TextPage).filter(slugs__language="nl", slugs__slug=AccessibilityStatement.slug)
    for page in TextPage.published().filter(pk__in={*once.values_list("object_id", flat=True)}):
        texts = {code: to_text(getattr(page, f"body_{code}") or "") for code in CODES}
        found = [(code, claim) for code, said in CLAIMS.items() for claim in said if claim in texts[code]]
        if found:
            code, claim = found[0]
            yield WorkItem(
                CLAIM,
                str(page),
                _("its text still says “%(claim)s”: nobody made sure") % {"claim": claim.rstrip(".")},
                f"{desk_address(page)}#id_body_{code}",
                5,
                subject=_subject(page),
                cause=cause_of(found),
            )


def _subject(page: Publishable) -> WorkSubject:
    return WorkSubject(page._meta.label_lower, page.pk)


def _says(shown: Publishable, name: str) -> bool:
    """Whether that field of a statement says something, in any language."""
    if hasattr(shown, f"{name}_nl"):
        return bool(resolve(shown, name))
    return bool(getattr(shown, name))


def _name(model: type[Publishable], name: str) -> str:
    """What the form calls that field."""
    if name == GROUNDS:
        return _("legal ground")
    return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _place(model: type[Publishable], shown: Publishable, name: str) -> str:
    """The address of that field in the form: of a text the Dutch one."""
    if name == GROUNDS:
        return f"{desk_address(shown)}#flows-group"
    return _field(model, shown, f"{name}_nl" if hasattr(model, f"{name}_nl") else name)


@register(SEARCH_WORDS)
def pointless_synonyms(asked: Asked) -> Iterator[WorkItem]:
    """The search words that lead to words which no public page has, in one line."""
    nowhere = leading_nowhere() if may_change(asked.user, Synonym) else set()
    if nowhere:
        lines = list(
            Synonym.objects.filter(pk__in=nowhere).order_by("language", "meant").values_list("meant", flat=True)
        )
        words = ", ".join(dict.fromkeys(lines))
        said = _("no public page has the words that they lead to: %(words)s") % {"words": words}
        url = desk_address(Synonym, "changelist")
        yield WorkItem(SEARCH_WORDS, _("Search words"), said, url, len(nowhere), cause=cause_of(sorted(nowhere)))

"""In the form of a page: links for translators, what came back by them, and remarks on its draft."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.contributions.proposals import number_of_words
from publishing.contributions.remarks import answer, places, tick_off
from publishing.contributions.texts import languages_for
from publishing.i18n.formats import written
from publishing.i18n.languages import NAMES, NATIVE_NAMES
from publishing.i18n.urls import absolute
from publishing.models import Contribution, Publishable, TranslationLink
from publishing.models.rights import may_change
from publishing.text.numbers import parse_int

if TYPE_CHECKING:
    from publishing.admin.publishable.buttons import Press


# Buttons


def make_link(press: "Press") -> None:
    """Make a link with which somebody translates the texts of this page into the language that was chosen."""
    if press.value not in languages_for(press.obj):
        raise ValidationError(_("There is nothing here yet to translate into that language."))
    link = TranslationLink.objects.make([press.obj], press.value, press.request.user)
    words = {"language": NAMES[press.value], "date": written(timezone.localtime(link.ends_at))}
    press.tell(_("Saved. The link below is for whoever translates this into %(language)s, until %(date)s.") % words)


def end_link(press: "Press") -> None:
    """End a link for a translator."""
    ended = TranslationLink.objects.of(press.obj).valid().filter(pk=parse_int(press.value))
    TranslationLink.objects.filter(pk__in=list(ended.values_list("pk", flat=True))).update(revoked_at=timezone.now())
    press.tell(_("The link no longer works."))


def answer_remark(press: "Press") -> None:
    """Answer a remark, for whoever has the link to the draft."""
    answer(_remark(press), press.request.POST.get(f"_answer-{press.value}", ""))
    press.tell(_("Saved. Who has the link reads your answer."))


def tick_off_remark(press: "Press") -> None:
    """Note that a remark is dealt with; what was typed as an answer is kept too."""
    given = _remark(press)
    if typed := press.request.POST.get(f"_answer-{press.value}", ""):
        answer(given, typed)
    tick_off(given, press.request.user)
    press.tell(_("Saved. The remark is ticked off."))


def forget_remark(press: "Press") -> None:
    """Delete a remark at once."""
    _remark(press).delete()
    press.tell(_("Saved. The remark is deleted."))


def _remark(press: "Press") -> Contribution:
    found = Contribution.objects.shown().of(press.obj).filter(pk=parse_int(press.value)).first()
    if found is None:
        raise ValidationError(_("This remark is there no more."))
    return found


# What the form shows


def panel_context(request: HttpRequest, obj: Publishable) -> dict[str, object]:
    """The context of the panel and of the fields: links, proposals and remarks about `obj`.

    Nothing for somebody who may only look: whoever has a link may send something in.
    """
    if not may_change(request.user, obj):
        return {"remarks": {}}
    links = TranslationLink.objects.of(obj).valid().order_by("pk")
    given = list(Contribution.objects.shown().of(obj).open())
    fields = {path: name for name, path in places(obj)} if given else {}
    at_fields: dict[str, list[Contribution]] = {}
    for each in given:
        at_fields.setdefault(fields.get(tuple(each.place), ""), []).append(each)
    proposals = Contribution.objects.proposals().of(obj).open()
    return {
        "translatable": [(code, NATIVE_NAMES[code]) for code in languages_for(obj)],
        "translation_links": [
            (link, NAMES[link.language], absolute(request, link.get_absolute_url()) if link.token else "")
            for link in links
        ],
        "proposals": [(each, NAMES[each.language], number_of_words(each)) for each in proposals],
        "remarks": at_fields,
    }

"""What the page of an opinion says in one sentence: how it was decided, whose position differs, how to cite it."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from consultation.models import Opinion, Position
from publishing.i18n.formats import written
from publishing.i18n.urls import absolute

register = template.Library()


@register.simple_tag
def decision(opinion: Opinion) -> str:
    """How it was adopted, by whom and when, with the votes as numbers."""
    day = written(opinion.adopted_on)
    if not opinion.is_substantive:
        return gettext("No substantive opinion, %s") % day
    sentences: dict[str, str] = {
        Opinion.Decision.CONSENSUS: gettext("Adopted by consensus on %s"),
        Opinion.Decision.UNANIMOUS: gettext("Adopted unanimously on %s"),
        Opinion.Decision.VOTE: gettext("Adopted by vote on %s"),
    }
    said = sentences.get(opinion.decision, gettext("Adopted on %s")) % day
    if opinion.decision != Opinion.Decision.VOTE:
        return said
    return gettext("%(decision)s: %(votes)s") % {"decision": said, "votes": counted(opinion)}


def counted(opinion: Opinion) -> str:
    """The votes: “12 for, 3 against, 2 abstentions”."""
    abstentions = opinion.abstentions or 0
    return ", ".join(
        (
            gettext("%d for") % (opinion.votes_for or 0),
            gettext("%d against") % (opinion.votes_against or 0),
            ngettext("%d abstention", "%d abstentions", abstentions) % abstentions,
        )
    )


@register.simple_tag
def position_title(position: Position) -> str:
    """Whose position it is, as a link says it."""
    name = position.organisation.name if position.organisation else position.get_group_display()
    if position.kind == Position.Kind.DISSENT:
        return gettext("Dissenting position of %s") % name
    return gettext("Explanation of vote of %s") % name


@register.simple_tag(takes_context=True)
def citation(context: Context, opinion: Opinion, number: int) -> SafeString:
    """How to name this version in a text of one's own."""
    request: Any = context.get("request")
    revision: Any = opinion.revision
    path = opinion.get_versions_url(revision.pk) if revision and revision.pk else opinion.get_absolute_url()
    reference = format_html('<span class="nobr">{}</span>', opinion.reference)
    words = {"reference": reference, "date": escape(written(opinion.adopted_on)), "number": number}
    said = SafeString(escape(gettext("RESOC Westhoek, Opinion %(reference)s, %(date)s, version %(number)d")) % words)
    return format_html('{}, <a href="{}">{}</a>', said, path, absolute(request, path) if request else path)

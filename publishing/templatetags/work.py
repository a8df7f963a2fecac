"""How the list of work says what it does not show."""

from typing import TYPE_CHECKING

from django import template
from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:  # every worker loads this library, and those for visitors no part of the desk
    from publishing.admin.work_list.ranking import More

register = template.Library()


@register.filter
def said(more: "More") -> str:
    """How many more there are of a kind, as in “and 9 more themes”."""
    if not more.model:
        return ngettext("and %d more like these", "and %d more like these", more.lines) % more.lines
    opts = apps.get_model(more.model)._meta
    name = opts.verbose_name if more.lines == 1 else opts.verbose_name_plural
    return _("and %(number)d more %(things)s") % {"number": more.lines, "things": name}

"""Objects that a child row makes, such as a new document: saved with the form, and published with it.

A form of a child row that makes something sets `made` when it is valid, and `made_for`, its relation to that.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.utils.translation import gettext as _

from publishing.admin.submission import submission
from publishing.review.usage import name_of
from publishing.workflow import keep, look, publish


def save(request: Any, formsets: Iterable[Any]) -> None:
    """Save what the rows of these formsets make, and let the rows point at it.

    What belongs to a row that visitors may not see yet stays a draft, also when the page is published.
    """
    sent = submission(request)
    for formset in formsets:
        is_withheld = formset.fk.remote_field.get_accessor_name() in formset.instance.withheld
        for form in formset.forms:
            made = getattr(form, "made", None)
            if made is None or made.pk or form in formset.deleted_forms:
                continue
            made.save()
            setattr(form.instance, form.made_for, made)
            LogEntry.objects.log_actions(request.user.pk, [made], ADDITION, [{"added": {}}])
            keep(made, request.user)
            if is_withheld:
                messages.info(request, _("%s is saved. Visitors do not get it yet.") % name_of(made))
            else:
                sent.made.append(made)
                sent.made_before.append(look(type(made), made.pk))
            for remark in made.remarks:
                messages.warning(request, f"{made}: {remark}")


def publish_all(request: Any, live_from: datetime | None = None) -> str:
    """Publish, or plan, what was made with the form in `request`; tells it, "" when there is nothing."""
    made = submission(request).made
    for each in made:
        publish(each, request.user, live_from=live_from)
    if not made:
        return ""
    words = _("Planned with it: %s.") if live_from else _("Published with it: %s.")
    return words % ", ".join(map(name_of, made))

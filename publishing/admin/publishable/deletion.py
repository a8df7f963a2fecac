"""Deleting a page: into the bin, and never while visitors see it."""

from collections.abc import Sequence

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from publishing.admin.history import undoing
from publishing.admin.submission import submission
from publishing.admin.types import AnyModelAdmin
from publishing.models import Act, Discarded, Publishable
from publishing.review.usage import Use
from publishing.search.desk import desk_index
from publishing.types import signed_in
from publishing.workflow import is_live, live_users, lock, look, record


class DeletionMixin(AnyModelAdmin):
    """Deleting that can be undone."""

    delete_confirmation_template = "publishing/delete.html"

    def has_delete_permission(self, request: HttpRequest, obj: Publishable | None = None) -> bool:
        """Nobody deletes what visitors see, or what something that they see points at; see `why_not_deleted`."""
        if obj and (is_live(obj) or live_users(obj)):
            return False
        return super().has_delete_permission(request, obj)

    def why_not_deleted(self, request: HttpRequest, obj: Publishable, used_by: Sequence[Use]) -> list[str]:
        """Why somebody who may delete things of this kind can't delete `obj` now; nothing for anybody else.

        Content apps add reasons of their own to the refusals of their `has_delete_permission`.
        """
        if not super().has_delete_permission(request):
            return []
        reasons = []
        if obj.revisions.public().exists():
            reasons.append(_("Visitors see it: take it off the site first."))
        if obj.revisions.pending().filter(withdrawn=False).exists():
            reasons.append(_("It is planned: cancel that first."))
        if used_by:
            reasons.append(_("Something else points at it. Choose something else there first:"))
        return reasons

    def delete_model(self, request: HttpRequest, obj: Publishable) -> None:
        """What is deleted lies in the bin, with the name of whoever put it there."""
        mine = Discarded.objects.of(obj).in_bin()
        with transaction.atomic(), desk_index.together():
            lock(self.model)
            before = look(self.model, obj.pk)
            super().delete_model(request, obj)
            mine.filter(author=None).update(author=signed_in(request).user)
            submission(request).act = record(Act.Kind.DELETED, signed_in(request).user, [before])

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        response = super().response_delete(request, obj_display, obj_id)
        undoing.offer(request, submission(request).act)
        return response

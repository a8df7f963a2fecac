"""The list of one kind of content: its columns, its search, and the order that one gives it."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.admin import changelist
from publishing.admin.history import undoing
from publishing.admin.types import AnyModelAdmin
from publishing.contributions.texts import texts_of
from publishing.i18n.formats import written
from publishing.i18n.languages import CODES, NAMES, translated_fields
from publishing.i18n.urls import desk_address
from publishing.models import LAST_POSITION, Act, Publishable, TranslationLink
from publishing.text.numbers import parse_int
from publishing.types import AnyQuerySet, AuthenticatedHttpRequest, signed_in
from publishing.web.sent_forms import form_data
from publishing.workflow import lock, look_at, record, reorder

MOST_TRANSLATED = 50  # pages of one link


class ListMixin(AnyModelAdmin):
    """A list with the state of each row; what a row shows is asked for all rows together, see `changelist`."""

    change_list_template = "publishing/change_list.html"
    actions = None  # nothing dangerous from a list; see `get_actions`
    list_extra: tuple[str, ...] = ()  # columns of the list, after the title

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """All texts: that there are any shows the field in which to search."""
        return changelist.text_columns(self.model)

    def get_search_results(
        self, request: HttpRequest, queryset: AnyQuerySet, search_term: str
    ) -> tuple[AnyQuerySet, bool]:
        return changelist.search(queryset, search_term), False

    def get_list_filter(self, request: HttpRequest) -> tuple[type[admin.SimpleListFilter], ...]:
        return (changelist.TaskFilter, changelist.StateFilter)

    def get_empty_value_display(self) -> SafeString:
        """What stands in a list for what is not there; on a phone, where a row has no headings, nothing does."""
        return format_html('<span class="none">–<span class="visually-hidden"> {}</span></span>', _("not filled in"))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        place = ("place",) if self.model.order_field else ()
        return (*place, "__str__", *self.list_extra, "languages_present", "where", "last_change")

    def get_list_display_links(self, request: HttpRequest, list_display: object) -> tuple[str, ...]:
        return ("__str__",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """A link for a translator, for each language; nothing that changes what was chosen."""
        if IS_POPUP_VAR in request.GET or not translated_fields(self.model) or not self.has_change_permission(request):
            return {}
        return {
            f"translate_{code}": (
                partial(make_translation_link, language=code),
                f"translate_{code}",
                _("Make a link for a translator into %s") % NAMES[code],
            )
            for code in CODES
            if code != settings.LANGUAGE_CODE
        }

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return changelist.PublishableChangeList

    @admin.display(description=gettext_lazy("order"), ordering="position")
    def place(self, obj: Publishable) -> str:
        """Its place, which one can type or, with script, drag."""
        name = _("Order of “%s”") % obj
        return format_html(
            '<input type="number" class="place" min="1" max="{}" name="place-{}" value="{}" aria-label="{}">',
            LAST_POSITION,
            obj.pk,
            getattr(obj, self.model.order_field),
            name,
        )

    @admin.display(description=gettext_lazy("Languages"))
    def languages_present(self, obj: Publishable) -> str:
        """How far it exists in each language, in a sign and in words."""
        if not translated_fields(self.model):
            return self.get_empty_value_display()
        found = changelist.progress(obj)
        return format_html_join("", "{}", ((self._language(obj, code, *found[code]),) for code in CODES))

    def _language(self, obj: Publishable, code: str, how: str, behind: int, missing: int) -> str:
        """How far it exists in one language; what is behind leads to the first text that is."""
        said = str(changelist.WORDS[how])
        if behind:
            said = format_html('<a href="{}#behind-{}">{}</a>', desk_address(obj), code, _("%d behind") % behind)
        if missing:
            said = format_html("{}, {}", said, _("%d missing") % missing)
        shown = '<span class="visually-hidden">: {} </span>'
        if behind:
            shown = '<span class="visually-hidden">:</span> {} '
        sign = '<span class="language {}"><span aria-hidden="true">{}</span> {}'
        return format_html(f"{sign}{shown}</span>", how, changelist.SIGNS[how], code.upper(), said)

    @admin.display(description=gettext_lazy("state"))
    def where(self, obj: Any) -> str:
        """Where it stands towards the public, and what waits."""
        words: str = obj.list_where
        return words

    @admin.display(description=gettext_lazy("last change"))
    def last_change(self, obj: Any) -> str:
        """When somebody last saved or published it, and who."""
        if not obj.list_change:
            return self.get_empty_value_display()
        at, who = obj.list_change
        return ", ".join(filter(None, [written(timezone.localtime(at)), who]))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The list; one of its buttons publishes the order that it shows."""
        if request.method == "POST" and form_data.REORDER in request.POST and self.model.order_field:
            if not self.has_change_permission(request):
                raise PermissionDenied
            self._reorder(signed_in(request))
            return HttpResponseRedirect(request.get_full_path())
        can_order = bool(self.model.order_field) and self.has_change_permission(request)
        title = capfirst(str(self.opts.verbose_name_plural))
        extra = {"can_order": can_order, "counted": True, "title": title}
        return super().changelist_view(request, extra | (extra_context or {}))

    def _reorder(self, request: AuthenticatedHttpRequest) -> None:
        """Order the rows by the numbers that were typed: what moved up comes before its equals, down after."""
        typed = {
            key: parse_int(str(value))
            for name, value in request.POST.items()
            if name.startswith("place-") and (key := parse_int(name.removeprefix("place-")))
        }
        field = self.model.order_field
        old = dict(self.model._base_manager.order_by(field, "pk").values_list("pk", field))
        places = {key: index for index, key in enumerate(old)}
        keys = sorted(
            typed,
            key=lambda key: (typed[key], _sign(typed[key] - old.get(key, 0)), places.get(key, 0)),
        )
        try:
            with transaction.atomic():
                lock(self.model)
                before = look_at(self.model, list(old))
                moved = reorder(self.model, keys, request.user)
                act = record(Act.Kind.ORDERED, request.user, before) if moved else None
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return
        if moved:
            messages.success(request, _("The order is changed: visitors see it now. Drafts stay drafts."))
            undoing.offer(request, act)
        else:
            messages.info(request, _("The order was this already."))


def make_translation_link(
    model_admin: AnyModelAdmin, request: AuthenticatedHttpRequest, chosen: AnyQuerySet, *, language: str
) -> HttpResponse | None:
    """Make one link with which somebody translates the texts of what was chosen, and lead to it."""
    rows = [row for row in chosen[: MOST_TRANSLATED + 1] if texts_of(row, language)]
    if not rows or len(rows) > MOST_TRANSLATED:
        few = _("There is nothing here yet to translate into that language.")
        many = _("Choose at most %d of them: one link is for one sitting.") % MOST_TRANSLATED
        messages.error(request, many if rows else few)
        return None
    link = TranslationLink.objects.make(rows, language, request.user)
    messages.success(request, _("The link is made: copy it, and mail it to whoever translates."))
    return HttpResponseRedirect(f"{reverse('links')}#link-{link.pk}")


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)

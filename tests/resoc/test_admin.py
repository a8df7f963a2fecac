"""What holds for every list of the desk, also one that is made later, and for its first page."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import models
from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, reverse

from publishing.cache.failures import note
from publishing.models import Event, Mail, PolicyReport, Revision
from publishing.operations.mail import Queue
from staff.models import CardLink
from tests.conftest import staff_user
from tests.desk import enter

pytestmark = pytest.mark.django_db

ODD = ("abc", "99999999999999999999", "-1")


@pytest.fixture
def superuser(client):
    user = staff_user("beheerder", is_superuser=True)
    enter(client, user)
    return client


def list_of(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def offered(model_admin) -> set[str]:
    """The names by which the list can be narrowed, as its filters say."""
    names = {each if isinstance(each, str) else each[0] for each in model_admin.list_filter if not callable(each)}
    return names | ({model_admin.date_hierarchy} if model_admin.date_hierarchy else set())


def listed() -> Iterator[tuple[Any, Any]]:
    """Every model that has a list in the desk, with its admin; the log is a view of our own that takes a page only."""
    yield from ((model, each) for model, each in admin.site._registry.items() if model is not Event)


def test_no_list_can_be_narrowed_by_what_it_does_not_offer(rf, superuser):
    request, allowed = rf.get("/"), []
    for model, model_admin in listed():
        for field in model._meta.concrete_fields:
            lookups = ["", "__gt", "__contains", "__regex", "__startswith", "__in", "__isnull"]
            if field.name in offered(model_admin):
                continue
            if field.is_relation:
                lookups += ["__pk", "__password__startswith", "__username__contains"]
            names = [f"{field.name}{lookup}" for lookup in lookups]
            allowed += [(model, name) for name in names if model_admin.lookup_allowed(name, "Z", request)]
    assert allowed == []


def test_a_question_that_is_refused_gets_an_answer(superuser):
    for model, _model_admin in listed():
        status = superuser.get(list_of(model), {f"{model._meta.pk.name}__gt": "Z"}).status_code
        # Of some models there is one row, and their list leads to it.
        assert status == (302 if superuser.get(list_of(model)).status_code == 302 else 400), model


def test_no_list_breaks_over_an_odd_question(superuser, monkeypatch):
    """What is asked of the database differs with each value; the page around it is drawn for the first alone."""
    drawn, broken = SimpleTemplateResponse.rendered_content, []
    for model, model_admin in listed():
        names = {*offered(model_admin), "o", "q", "p", "all", "e", "_facets", "_popup", "_to_field", "page"}
        names |= {each.parameter_name for each in model_admin.list_filter if hasattr(each, "parameter_name")}
        ends = ("__exact", "__id__exact", "__gte", "__isnull")
        names |= {f"{name}{end}" for name in offered(model_admin) for end in ends}
        for name in sorted(names):
            for value in ODD:
                content = drawn if value == ODD[0] else property(lambda _response: "")
                monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", content)
                status = superuser.get(list_of(model), {name: value}).status_code
                if status not in (200, 302, 400):
                    broken.append(f"{model.__name__}: ?{name}={value}: {status}")
    assert broken == []


@pytest.mark.parametrize("model", [CardLink, Revision], ids=lambda model: model.__name__)
def test_a_list_that_is_made_later_is_held_to_it_too(rf, superuser, model):
    class Later(admin.ModelAdmin):
        list_filter = ("purpose",) if model is CardLink else ()

    admin.site.register(model, Later)
    try:
        request, later = rf.get("/"), admin.site._registry[model]
        for field in model._meta.concrete_fields:
            is_offered = field.name in later.list_filter
            assert later.lookup_allowed(f"{field.name}__gt", "Z", request) == is_offered, field.name
        assert isinstance(later, Later)
    finally:
        admin.site.unregister(model)


def test_the_secretariat_learns_nothing_of_waiting_mails_by_asking(editor_client):
    EmailMessage("Code", "ABCD", to=["boss@example.org"], connection=Queue()).send()
    for query in (
        "message__regex=^A",
        "message__gt=Z",
        "recipients__contains=x",
        "recipients__icontains=boss",
        "message=abc",
        "recipients__0=boss@example.org",
        "message__isnull=1",
        "subject=Code",
        "sender__in=a",
    ):
        assert editor_client.get(f"{list_of(Mail)}?{query}").status_code == 400, query
    assert editor_client.get(f"{list_of(PolicyReport)}?page__contains=x").status_code == 400


def test_a_popup_that_offers_some_rows_only_still_can(rf):
    """As Django's: what `limit_choices_to` of a relation says may be asked for."""
    request = rf.get("/")
    users = admin.site._registry[User]
    assert users.lookup_allowed("is_staff__exact", "1", request)
    assert users.lookup_allowed("groups__id__exact", "1", request)
    assert not users.lookup_allowed("password__startswith", "p", request)


def test_no_address_of_the_desk_tells_where_a_draft_will_be(superuser):
    with pytest.raises(NoReverseMatch):
        reverse("admin:view_on_site", args=[1, 1])
    assert superuser.get("/admin/r/1/1/").status_code == 404
    for model, model_admin in listed():
        assert not (model_admin.view_on_site and hasattr(model, "get_absolute_url")), model


def test_the_first_page_says_in_plain_words_which_page_does_not_work(editor_client, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    assert "werkt niet sinds" not in editor_client.get("/admin/").content.decode()
    note(("http", "localhost", "/contact/", ""), is_withheld=True)
    note(("http", "localhost", "/themas/<b>/", "page=2"), is_withheld=False)
    html = editor_client.get("/admin/").content.decode()
    assert ">/contact/</a>" in html
    assert "bezoekers zien ze niet: mail wie de site beheert" in html
    assert ">/themas/&lt;b&gt;/</a>" in html
    assert "<b>" not in html


def test_who_may_not_enter_the_desk_reads_nothing_of_it(client, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    note(("http", "localhost", "/contact/", ""), is_withheld=True)
    assert client.get("/admin/").status_code == 302

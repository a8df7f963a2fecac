import pytest
from django.template import Context, Template
from django.utils.translation import override

from pages.models import Organisation
from priorities.models import Priority, Theme, Update
from publishing.content.internal_links import reference, targets, with_addresses
from publishing.content.link_resolution import addresses
from publishing.models import RevisionReference, RevisionText
from publishing.workflow import live_users, publish, withdraw
from staff.models import StaffMember
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def linking(obj, *targets) -> str:
    obj.body_nl = "".join(f'<p><a href="{reference(target)}">woord {target.pk}</a></p>' for target in targets)
    obj.save()
    return obj.body_nl


def content(client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_link_leads_to_the_page_in_the_readers_language_and_survives_a_change_of_slug(
    client, editor, theme, text_page
):
    linking(text_page, theme)
    publish(text_page, editor)
    assert '<a href="/themas/regiomarketing/">woord' in content(client, "/privacy/")
    theme.slug_nl = "nieuw-adres"
    theme.save()
    assert '<a href="/themas/regiomarketing/">woord' in content(client, "/privacy/")
    publish(theme, editor)
    assert '<a href="/themas/nieuw-adres/">woord' in content(client, "/privacy/")
    text_page.body_fr = f'<p><a href="{reference(theme)}">mot</a></p>'
    text_page.save()
    publish(text_page, editor)
    assert f'<a href="{theme.get_absolute_url("fr")}">mot</a>' in content(client, text_page.get_absolute_url("fr"))


@pytest.mark.parametrize("fate", ["draft", "withdrawn", "never there", "no such model", "without a page"])
def test_what_nobody_may_see_leaves_words_without_a_link(client, editor, theme, text_page, fate):
    target = {
        "draft": lambda: Theme.objects.create(title_nl="Geheim", slug_nl="geheim"),
        "withdrawn": lambda: theme,
        "never there": lambda: Theme(pk=987654),
        "no such model": lambda: theme,
        "without a page": lambda: Organisation.objects.first(),
    }[fate]()
    linking(text_page, target)
    if fate == "no such model":
        text_page.body_nl = text_page.body_nl.replace("priorities.theme", "nothing.here")
        text_page.save()
    publish(text_page, editor)
    if fate == "withdrawn":
        withdraw(theme, editor, "Weg")
    page = content(client, "/privacy/")
    assert f"<p>woord {target.pk}</p>" in page
    assert "page:" not in page
    assert "geheim" not in page.lower()


def test_a_page_with_links_costs_one_query_more_whatever_their_number(client, editor, theme, django_assert_num_queries):
    everything = [*Theme.objects.all(), *Priority.objects.all(), *StaffMember.objects.all()]
    for number in range(3):
        update = update_on(theme, title_nl=f"U{number}")
        linking(update, *everything[number::3])
        publish(update, editor)
    with django_assert_num_queries(7 + 1):
        assert content(client, "/themas/regiomarketing/").count("woord") == len(everything)


def test_a_page_without_links_asks_nothing_more(client, editor, theme, django_assert_num_queries):
    publish(update_on(theme, title_nl="U", body_nl="<p>Zonder.</p>"), editor)
    with django_assert_num_queries(7):
        client.get("/themas/regiomarketing/")


def test_a_text_that_is_shown_alone_resolves_its_own_links(theme, text_page):
    linking(text_page, theme)
    shown = Template('{% load languages %}{% rich page "body" %}').render(Context({"page": text_page}))
    assert '<a href="/themas/regiomarketing/">' in shown


def test_publishing_remembers_what_is_linked_to(editor_client, editor, theme, text_page):
    linking(text_page, theme)
    assert live_users(theme) == []
    publish(text_page, editor)
    assert [(user._meta.model_name, user.pk) for user in live_users(theme)] == [("textpage", text_page.pk)]
    withdraw(theme, editor, "Weg")
    assert editor_client.post(f"/admin/priorities/theme/{theme.pk}/delete/", {"post": "yes"}).status_code == 403
    linking(text_page)
    publish(text_page, editor)
    assert live_users(theme) == []


def test_a_link_makes_nothing_belong_to_what_it_leads_to(client, editor, theme):
    other = Theme.objects.exclude(pk=theme.pk).first()
    person = StaffMember.objects.get(slug="dorine-sioen")
    update = update_on(other, title_nl="Over iets anders")
    linking(update, theme, Priority.objects.get(number=1), person)
    publish(update, editor)
    assert RevisionReference.objects.filter(field="body_nl").count() == 3
    for address in ("/themas/regiomarketing/", "/themas/regiomarketing/feed/", "/contact/dorine-sioen/"):
        assert "Over iets anders" not in content(client, address)
    assert "Over iets anders" not in content(client, Priority.objects.get(number=1).get_absolute_url())


def test_a_feed_gives_whole_addresses(client, editor, theme):
    update = update_on(theme, title_nl="U")
    linking(update, theme, Theme(pk=98765))
    update.body_nl += '<p><a href="/themas/">alles</a></p>'
    update.save()
    publish(update, editor)
    for address in ("/feed/", "/themas/regiomarketing/feed/"):
        feed = content(client, address)
        assert "http://testserver/themas/regiomarketing/&quot;&gt;woord" in feed.replace('"', "&quot;")
        assert "http://testserver/themas/&quot;" in feed.replace('"', "&quot;")
        assert "page:" not in feed
        assert "woord 98765" in feed


def test_a_feed_asks_once_for_all_links(client, editor, theme, django_assert_num_queries):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/themas/regiomarketing/feed/")
        return len(captured)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    publish(update_on(theme, title_nl="U1"), editor)
    publish(update_on(theme, title_nl="U2"), editor)
    before = queries()
    for update in Update.objects.all():
        linking(update, theme, *Priority.objects.all())
        publish(update, editor)
    assert queries() == before + 1


def test_search_reads_words_and_no_references(editor, theme, text_page):
    linking(text_page, theme)
    publish(text_page, editor)
    words = RevisionText.objects.get(revision=text_page.revisions.first(), language="nl").words
    assert "woord" in words
    assert "priorities" not in words
    assert "page" not in words.split()


def test_only_whole_references_in_links_count(theme):
    good, bad = f'<a href="{reference(theme)}">x</a>', '<a href="page:priorities.theme/x">x</a>'
    assert targets(f"<p>page:priorities.theme/1 {good} {bad}</p>") == {("priorities.theme", theme.pk)}
    assert with_addresses(bad, {}) == "x"
    huge = '<a href="page:priorities.theme/99999999999999999999">x</a>'
    assert with_addresses(huge, addresses(targets(huge))) == "x"
    with override("fr"):
        assert addresses({("priorities.theme", theme.pk)}) == {
            ("priorities.theme", theme.pk): theme.get_absolute_url("fr")
        }

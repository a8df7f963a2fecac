import pytest
from django.template import Context, Template
from django.utils.translation import override

from pages.models import Organisation, TextPage
from priorities.models import Priority, Theme, Update
from publishing.links import addresses, reference, targets, with_addresses, with_references
from publishing.models import RevisionReference, RevisionText
from publishing.workflow import live_users, publish, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.fixture
def text_page() -> TextPage:
    return TextPage.objects.get(slug_nl="privacy")


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
        update = Update.objects.create(theme=theme, title_nl=f"U{number}")
        linking(update, *everything[number::3])
        publish(update, editor)
    with django_assert_num_queries(4 + 1):
        assert content(client, "/themas/regiomarketing/").count("woord") == len(everything)


def test_a_page_without_links_asks_nothing_more(client, editor, theme, django_assert_num_queries):
    publish(Update.objects.create(theme=theme, title_nl="U", body_nl="<p>Zonder.</p>"), editor)
    with django_assert_num_queries(4):
        client.get("/themas/regiomarketing/")


def test_a_text_that_is_shown_alone_resolves_its_own_links(theme, text_page):
    linking(text_page, theme)
    shown = Template('{% load languages %}{% rich page "body" %}').render(Context({"page": text_page}))
    assert '<a href="/themas/regiomarketing/">' in shown


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/themas/regiomarketing/", False),
        ("/themas/regiomarketing/#meer", False),
        ("https://www.example.org/themas/regiomarketing/", False),
        ("https://www.example.org/fr/themes/marketing-regional/", False),
        ("https://www.example.org.evil.example/themas/regiomarketing/", True),
        ("https://elsewhere.example/themas/regiomarketing/", True),
        ("//themas/regiomarketing/", True),
        ("/themas/bestaat-niet/", True),
        ("/themas/", True),
        ("/themas/?page=2", True),
        ("/admin/", True),
        ("mailto:a@example.org", True),
    ],
)
def test_an_address_of_a_published_page_is_stored_as_a_reference(settings, theme, text_page, address, kept):
    settings.SITE_URL = "https://www.example.org"
    text_page.body_nl = f'<p><a href="{address}">x</a></p>'
    text_page.save()
    fragment = "#meer" if "#" in address else ""
    expected = address if kept else reference(theme) + fragment
    assert text_page.body_nl == f'<p><a href="{expected}">x</a></p>'


def test_addresses_in_other_languages_old_ones_and_the_home_page_are_found_too(editor, theme):
    french, old = theme.get_absolute_url("fr"), "/themas/regiomarketing/"
    theme.slug_nl = "nieuw"
    theme.save()
    publish(theme, editor)
    for address in (french, old, "/themas/nieuw/"):
        assert with_references(f'<a href="{address}">x</a>') == f'<a href="{reference(theme)}">x</a>'
    assert with_references('<a href="/fr/">x</a>').startswith('<a href="page:pages.missionpage/')


def test_the_address_of_something_that_is_not_public_stays_an_address(editor, theme):
    Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    withdraw(theme, editor, "Weg")
    for address in ("/themas/geheim/", "/themas/regiomarketing/"):
        assert with_references(f'<a href="{address}">x</a>') == f'<a href="{address}">x</a>'


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
    update = Update.objects.create(theme=other, title_nl="Over iets anders")
    linking(update, theme, Priority.objects.get(number=1), person)
    publish(update, editor)
    assert RevisionReference.objects.filter(field="body_nl").count() == 3
    for address in ("/themas/regiomarketing/", "/themas/regiomarketing/feed/", "/contact/dorine-sioen/"):
        assert "Over iets anders" not in content(client, address)
    assert "Over iets anders" not in content(client, Priority.objects.get(number=1).get_absolute_url())


def test_a_feed_gives_whole_addresses(client, editor, theme):
    update = Update.objects.create(theme=theme, title_nl="U")
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

    publish(Update.objects.create(theme=theme, title_nl="U1"), editor)
    publish(Update.objects.create(theme=theme, title_nl="U2"), editor)
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

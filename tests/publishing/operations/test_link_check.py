"""Which links lead nowhere, who is told, and that nobody else is asked anything."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from pages.models import Organisation, TextPage
from priorities.models import Theme
from publishing.content.internal_links import reference
from publishing.models import LinkCheck, RevisionFile
from publishing.operations import link_check, safe_http
from publishing.operations.link_check import check, check_due, claim, dead_links, every_kind, is_unchecked
from publishing.operations.safe_http import Outcome
from publishing.workflow import publish, withdraw
from tests.conftest import staff_user
from tests.desk import enter

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch):
    monkeypatch.setattr(link_check, "PAUSE", 0)


@pytest.fixture
def says(monkeypatch):
    """The answer of other sites, to change; the addresses that were asked for are collected."""

    class Says(dict):
        def __call__(self, address):
            self.asked.append(address)
            return self.get(address, Outcome.THERE)

    answers = Says()
    answers.asked = []
    monkeypatch.setattr(link_check, "ask", answers)
    return answers


def show(page, author=None, **texts):
    """Save and publish `page` with these texts."""
    for name, text in texts.items():
        setattr(page, name, text)
    page.save()
    publish(page, author)


def link(address: str, words: str = "woorden") -> str:
    return f'<p>Zie <a href="{address}">{words}</a>.</p>'


def dead() -> list[tuple[str, str]]:
    """The field and the address of each link that leads nowhere."""
    return sorted((each.link.column.path, each.link.address) for each in dead_links(every_kind()))


# Other sites


def test_links_to_other_sites_are_asked_for_once_in_every_language_and_field(neighbour, text_page, theme):
    gone, there = neighbour("/410"), neighbour("/page")
    show(text_page, body_nl=link(gone) + link(there), body_fr=link(gone) + link(there + "#partie"))
    show(theme, url=gone, body_en=link(neighbour("/404")))
    show(Organisation.objects.first(), url=there)
    assert check()
    assert dead() == [("body_en", neighbour("/404")), ("body_fr", gone), ("body_nl", gone), ("url", gone)]
    assert sorted(path for method, path in neighbour.asked if method == "HEAD") == ["/404", "/410", "/page"]


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_could_not_be_checked_is_not_called_dead(neighbour, text_page, status):
    show(text_page, body_nl=link(neighbour(f"/{status}")))
    assert check()
    assert dead() == []


def test_a_host_that_does_not_answer_is_left_alone_in_this_check(says, text_page):
    slow = [f"https://traag.example/{number}" for number in range(3)]
    says.update(dict.fromkeys(slow, Outcome.SILENT))
    show(text_page, body_nl="".join(map(link, [*slow, "https://snel.example/"])))
    assert check()
    assert says.asked == ["https://snel.example/", slow[0]]
    assert dead() == []


def test_nothing_of_a_draft_is_asked_of_anybody(says, text_page, theme, editor):
    text_page.body_nl = link("https://concept.example/")
    text_page.save()
    theme.url = "https://later.example/"
    theme.save()
    publish(theme, editor, live_from=timezone.now() + WEEK)
    gone = TextPage.objects.create(title_nl="Weg", slug_nl="weg", body_nl=link("https://weg.example/"))
    publish(gone, editor)
    withdraw(gone, editor, "Niet meer nodig.")
    assert check()
    assert says.asked == []


@pytest.mark.parametrize("address", ["mailto:jan@example.org", "tel:+3251519356", "mailto:jan@example.org?cc=x@y.be"])
def test_addresses_of_people_are_never_asked_for(says, text_page, monkeypatch, address):
    monkeypatch.setattr(safe_http.socket, "getaddrinfo", pytest.fail)
    show(text_page, body_nl=link(address))
    assert check()
    assert says.asked == []
    assert dead() == []


def test_questions_are_asked_outside_any_transaction(transactional_db, monkeypatch):
    inside = []
    monkeypatch.setattr(link_check, "ask", lambda address: inside.append(connection.in_atomic_block) or Outcome.GONE)
    page = TextPage.objects.create(title_nl="Links", slug_nl="links", body_nl=link("https://a.example/"))
    publish(page, None)
    assert check()
    assert inside == [False]
    assert dead() == [("body_nl", "https://a.example/")]


# This site


def test_links_within_the_site_are_judged_by_what_is_public_without_a_network(says, text_page, theme, editor, settings):
    settings.SITE_URL = "https://www.example.org"
    hidden = Theme.objects.create(title_nl="Geheim", slug_nl="geheim")
    good = [reference(theme), reference(theme) + "#deel", "/", "/fr/themes/", "/themas", "/zoeken/?q=a%20b", "/feed/"]
    good += ["https://www.example.org/contact/", "https://www.example.org", "/static/css/site.css"]
    bad = [reference(hidden), "page:priorities.theme/987654", "page:no.model/1", "/bestaat-niet/", "/themas/geheim/"]
    bad += ["https://www.example.org/nergens/", "/media/nergens.pdf", "/media/%00", "/themas/%00/"]
    show(text_page, body_nl="".join(map(link, good)), body_fr="".join(map(link, bad)))
    assert check()
    assert {address for _field, address in dead()} == set(bad)
    assert says.asked == []


def test_an_old_address_that_leads_on_is_not_dead(says, text_page, theme, settings):
    settings.SITE_URL = "https://www.example.org"
    other = Theme.objects.exclude(pk=theme.pk).first()
    show(theme, slug_nl="nieuw-adres")
    show(other, url="https://www.example.org/themas/regiomarketing/")
    assert check()
    assert dead() == []


def test_a_file_is_there_while_something_public_names_it(says, text_page, theme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    name = default_storage.save("stuk.pdf", ContentFile(b"%PDF"))
    show(text_page, body_nl=link(f"/media/{name}"))
    check()
    assert dead() == [("body_nl", "/media/stuk.pdf")]
    RevisionFile.objects.create(revision=theme.revisions.public().get(), name=name)
    check()
    assert dead() == []
    default_storage.delete(name)
    check()
    assert dead() == [("body_nl", "/media/stuk.pdf")]


# What is kept


def test_without_a_network_the_check_is_not_good_and_the_last_good_one_stays(says, text_page):
    gone, other = "https://weg.example/", "https://ook.example/"
    says[gone] = Outcome.GONE
    show(text_page, body_nl=link(gone) + link(other))
    assert check()
    before = LinkCheck.objects.get().good_at
    for address in (gone, other):
        says[address] = Outcome.NO_HOST  # as some networks say when there is none
    assert not check()
    says[gone] = Outcome.SILENT
    assert not check()
    assert dead() == [("body_nl", gone)]
    assert LinkCheck.objects.get().good_at == before


def test_a_site_without_links_to_others_needs_no_network(says):
    assert check()
    assert LinkCheck.objects.get().good_at


def test_the_list_says_since_when_and_what_answers_again_is_gone_at_the_next_check(says, text_page, time_machine):
    gone, other = "https://weg.example/", "https://ook.example/"
    says[gone] = Outcome.GONE
    show(text_page, body_nl=link(gone) + link(other))
    check()
    (first,) = dead_links(every_kind())
    time_machine.move_to(timezone.now() + WEEK)
    says[gone] = Outcome.UNCLEAR  # nobody knows better now
    check()
    (second,) = dead_links(every_kind())
    assert second.since == first.since
    says[gone] = Outcome.THERE
    check()
    assert dead() == []


def test_a_link_that_was_mended_is_gone_at_once_and_one_that_was_not_stays(says, text_page):
    says["https://weg.example/"] = says["https://ook-weg.example/"] = Outcome.GONE
    show(text_page, body_nl=link("https://weg.example/") + link("https://ook-weg.example/"))
    check()
    text_page.body_nl = link("https://ook-weg.example/")
    text_page.save()
    assert len(dead()) == 2, "saving mends nothing for visitors"
    publish(text_page, None)
    assert dead() == [("body_nl", "https://ook-weg.example/")]


def test_a_page_that_is_public_again_is_gone_from_the_list_at_once(says, text_page, theme, editor):
    show(text_page, body_nl=link(reference(theme)))
    withdraw(theme, editor, "Even weg.")
    check()
    assert dead() == [("body_nl", reference(theme))]
    publish(theme, editor)
    assert dead() == []


# By itself


def test_the_first_check_comes_an_hour_after_the_start_and_then_one_a_week(says, time_machine, text_page):
    show(text_page, body_nl=link("https://a.example/"))
    check_due()
    assert says.asked == []
    for wait, times in [(timedelta(minutes=61), 1), (timedelta(days=6), 1), (timedelta(days=1, minutes=1), 2)]:
        time_machine.move_to(timezone.now() + wait)
        check_due()
        assert len(says.asked) == times


def test_a_check_that_was_not_good_is_tried_again_the_next_day(says, time_machine, text_page):
    show(text_page, body_nl=link("https://a.example/"))
    says["https://a.example/"] = Outcome.SILENT
    check_due()
    for wait, times in [(timedelta(hours=2), 1), (timedelta(hours=2), 1), (timedelta(days=1), 2)]:
        time_machine.move_to(timezone.now() + wait)
        check_due()
        assert len(says.asked) == times


def test_of_two_workers_one_checks(says, monkeypatch):
    now = timezone.now()
    LinkCheck.objects.create(pk=link_check.THE_ROW, next_at=now)
    assert claim(now)
    assert not claim(now)
    # One that saw the row before the other claimed it.
    LinkCheck.objects.update(next_at=now)
    seen = LinkCheck.objects.get()
    assert claim(now)
    monkeypatch.setattr(LinkCheck.objects, "get_or_create", lambda **kwargs: (seen, False))
    assert not claim(now)


# The command


# The secretariat


@pytest.fixture
def two_dead_links(says, text_page, theme):
    says["https://weg.example/pad"] = Outcome.GONE
    show(text_page, body_fr=link("https://weg.example/pad", "Le <strong>rapport</strong> &amp; plus"))
    show(theme, url="https://weg.example/pad")
    check()


def test_the_desk_leads_to_a_list_in_words_with_a_link_to_each_field(two_dead_links, editor_client, text_page, theme):
    assert '<a href="/admin/links/">' in editor_client.get("/admin/work/").content.decode()
    shown = editor_client.get("/admin/links/").content.decode()
    assert f'href="/admin/pages/textpage/{text_page.pk}/change/#id_body_fr"' in shown
    assert f'href="/admin/priorities/theme/{theme.pk}/change/#id_url"' in shown
    assert '<span lang="fr">Le rapport &amp; plus</span>' in shown
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", shown))
    assert f"Pagina: {text_page} – Tekst, Frans" in words
    assert "“Le rapport &amp; plus” → https://weg.example/pad" in words
    assert f"Thema: {theme} – Website" in words


def test_a_reference_is_shown_as_the_name_of_the_page(says, text_page, theme, editor, editor_client):
    show(text_page, body_nl=link(reference(theme)) + link("page:priorities.theme/987654", "iets"))
    withdraw(theme, editor, "Even weg.")
    check()
    shown = editor_client.get("/admin/links/").content.decode()
    assert f"→ {theme}" in shown
    assert "page:" not in shown


def test_without_rights_nobody_sees_the_list(two_dead_links, client, colleague):
    assert client.get("/admin/links/").status_code == 302
    client.force_login(colleague)
    assert client.get("/admin/links/").status_code == 302
    clerk = staff_user("clerk")
    client = Client()
    enter(client, clerk)
    assert client.get("/admin/links/").status_code == 403
    assert "/admin/links/" not in client.get("/admin/").content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="change_theme"))
    assert "Een link leidt nergens heen" in client.get("/admin/").content.decode()
    shown = client.get("/admin/links/").content.decode()
    assert "/admin/priorities/theme/" in shown
    assert "/admin/pages/textpage/" not in shown


def test_without_dead_links_the_desk_is_silent_and_the_list_says_so(says, editor_client):
    check()
    assert "/admin/links/" not in editor_client.get("/admin/").content.decode()
    assert "Voor zover bekend leidt elke link ergens heen" in editor_client.get("/admin/links/").content.decode()


def test_the_desk_says_that_the_last_good_check_is_too_old(says, editor, editor_client, time_machine):
    words = "De links zijn al drie weken niet nagekeken"
    assert not is_unchecked()  # a new site
    time_machine.move_to(timezone.now() + timedelta(days=22))
    enter(editor_client, editor)
    assert words in editor_client.get("/admin/").content.decode()
    check()
    assert words not in editor_client.get("/admin/").content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=22))
    enter(editor_client, editor)
    assert words in editor_client.get("/admin/").content.decode()

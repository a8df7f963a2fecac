import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from priorities.models import Theme
from publishing.contributions.proposals import open_proposal, propose, rows_of, sealed
from publishing.contributions.remarks import remark
from publishing.models import Contribution, ShareLink, TranslationLink
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(title_nl="Water", title_fr="Eau", summary_nl="Over water.", slug_nl="water-hier")


@pytest.fixture
def link(theme) -> TranslationLink:
    return TranslationLink.objects.make([theme], "fr", None)


def press(client, obj, button: str, value: object, **changes):
    url = address(obj)
    return client.post(url, form_data(client, url) | changes | {button: str(value)}, follow=True)


def propose_for(link, theme, **texts) -> Contribution:
    page = link.pages.get(object_id=theme.pk)
    rows = rows_of(theme, link.language, open_proposal(link, page))
    return propose(link, page, rows, texts, sealed(rows))


def decide(client, proposal, **data):
    url = reverse("proposal", args=[proposal.pk])
    html = client.get(url).content.decode()
    sent_at = re.search(r'name="sent_at" value="([^"]+)"', html)[1]
    return client.post(url, {"sent_at": sent_at, **data}, follow=True)


# Links


def test_the_panel_makes_a_link_shows_it_and_ends_it(editor_client, client, theme):
    press(editor_client, theme, "_translate", "fr")
    link = TranslationLink.objects.get()
    html = editor_client.get(address(theme)).content.decode()
    assert link.get_absolute_url() in html
    assert client.get(link.get_absolute_url()).status_code == 200
    press(editor_client, theme, "_end_link", str(link.pk))
    assert client.get(link.get_absolute_url()).status_code == 410
    assert link.token not in editor_client.get(address(theme)).content.decode()


def test_who_may_only_look_gets_no_link_and_no_remark(client, theme, link):
    share = ShareLink.objects.renew(theme, None)
    remark(share, theme, "nl", text="Klopt dit?")
    viewer = staff_user("kijker")
    viewer.user_permissions.add(Permission.objects.get(codename="view_theme"))
    enter(client, viewer)
    response = client.get(address(theme))
    assert response.status_code == 200
    for words in (link.token, share.token, "Klopt dit?", 'name="_share"', 'name="_translate"'):
        assert words not in response.content.decode()


def test_the_list_of_links_asks_no_query_for_each(editor_client, theme, link):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert editor_client.get(reverse("links")).status_code == 200
        return len(queries)

    ShareLink.objects.renew(theme, None)
    asked()
    few = asked()
    for number in range(4):
        other = Theme.objects.create(title_nl=f"Thema {number}")
        propose_for(TranslationLink.objects.make([other], "fr", None), other, title_fr="Oui")
        remark(ShareLink.objects.renew(other, None), other, "nl", text="Klopt dit?")
    assert asked() == few


@pytest.mark.parametrize("language", ["nl", "de", ""])
def test_no_link_is_made_into_a_language_that_has_nothing_to_translate(editor_client, theme, language):
    press(editor_client, theme, "_translate", language)
    assert not TranslationLink.objects.exists()


def test_a_list_makes_one_link_for_those_that_are_chosen(editor_client, theme):
    other = Theme.objects.create(title_nl="Lucht")
    url = reverse("admin:priorities_theme_changelist")
    data = {"action": "translate_fr", "_selected_action": [theme.pk, other.pk], "index": "0"}
    response = editor_client.post(url, data, follow=True)
    link = TranslationLink.objects.get()
    assert {page.object_id for page in link.pages.all()} == {theme.pk, other.pk}
    assert link.get_absolute_url() in response.content.decode()
    assert "delete_selected" not in editor_client.get(url).content.decode()


def test_the_list_of_running_links_has_them_and_ends_them(editor_client, client, theme, link):
    share = ShareLink.objects.renew(theme, None)
    proposal = propose_for(link, theme, title_fr="L’eau")
    html = editor_client.get(reverse("links")).content.decode()
    for words in (link.get_absolute_url(), share.get_absolute_url(), reverse("proposal", args=[proposal.pk])):
        assert words in html
    for data in ({"translation": link.pk}, {"share": share.pk}):
        assert editor_client.post(reverse("end_link"), data).status_code == 302
    assert client.get(link.get_absolute_url()).status_code == client.get(share.get_absolute_url()).status_code == 410
    assert "Er loopt geen enkele link" in editor_client.get(reverse("links")).content.decode()


def test_who_may_change_nothing_sees_and_ends_no_link(client, theme, link):
    enter(client, staff_user("bare"))
    assert "Water" not in client.get(reverse("links")).content.decode()
    assert client.post(reverse("end_link"), {"translation": link.pk}).status_code == 403
    proposal = propose_for(link, theme, title_fr="L’eau")
    assert client.get(reverse("proposal", args=[proposal.pk])).status_code == 403
    assert TranslationLink.objects.valid().exists()


# Translations


def test_a_translation_is_compared_and_taken_over(editor_client, theme, link):
    proposal = propose_for(link, theme, title_fr="L’eau", summary_fr="Sur l’eau.")
    html = editor_client.get(reverse("proposal", args=[proposal.pk])).content.decode()
    assert re.search(r"<del>.*Eau", html)
    assert "Over water." in html
    assert "kwam terug" in editor_client.get(address(theme)).content.decode()
    response = decide(editor_client, proposal, _accept="1", chosen=["title_fr", "summary_fr"])
    assert "Overgenomen in de werkversie" in response.content.decode()
    theme.refresh_from_db()
    assert (theme.title_fr, theme.summary_fr) == ("L’eau", "Sur l’eau.")
    assert not theme.revisions.exists()
    history = editor_client.get(address(theme).replace("change/", "history/")).content.decode()
    assert "De vertaling naar het Frans die terugkwam, is overgenomen." in history
    assert "kwam terug" not in editor_client.get(address(theme)).content.decode()


def test_a_translation_is_declined(editor_client, theme, link):
    proposal = propose_for(link, theme, title_fr="L’eau")
    decide(editor_client, proposal, _decline="1")
    theme.refresh_from_db()
    assert (theme.title_fr, Contribution.objects.get().outcome) == ("Eau", "declined")
    response = editor_client.get(reverse("proposal", args=[proposal.pk]), follow=True)
    assert "al over deze vertaling beslist" in response.content.decode()


def test_nothing_ticked_decides_nothing(editor_client, theme, link):
    proposal = propose_for(link, theme, title_fr="L’eau")
    assert "Vink minstens één tekst aan" in decide(editor_client, proposal, _accept="1").content.decode()
    assert Contribution.objects.get().is_open


def test_what_was_sent_anew_while_one_looked_is_looked_at_again(editor_client, theme, link):
    proposal = propose_for(link, theme, title_fr="L’eau")
    url = reverse("proposal", args=[proposal.pk])
    old = re.search(r'name="sent_at" value="([^"]+)"', editor_client.get(url).content.decode())[1]
    propose_for(link, theme, title_fr="Les eaux")
    response = editor_client.post(url, {"sent_at": old, "_accept": "1", "chosen": ["title_fr"]}, follow=True)
    assert "intussen opnieuw verstuurd" in response.content.decode()
    theme.refresh_from_db()
    assert theme.title_fr == "Eau"


def test_old_and_new_source_and_a_translation_that_changed_meanwhile_are_shown(editor_client, theme, link):
    proposal = propose_for(link, theme, title_fr="L’eau", summary_fr="Sur l’eau.")
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Over veel water.", title_fr="Eaux")
    html = editor_client.get(reverse("proposal", args=[proposal.pk])).content.decode()
    assert "De brontekst is gewijzigd" in html
    assert re.search(r"<ins>.*veel", html)
    assert "Iemand heeft deze vertaling gewijzigd" in html
    assert 'name="over" value="title_fr"' in html
    decide(editor_client, proposal, _accept="1", chosen=["summary_fr"], over=["title_fr"])
    theme.refresh_from_db()
    assert (theme.title_fr, theme.summary_fr) == ("L’eau", "Sur l’eau.")


# Remarks


@pytest.fixture
def given(theme) -> Contribution:
    link = ShareLink.objects.renew(theme, None)
    return remark(link, theme, "nl", text="Klopt <dit>?", quote="Over water.", section="Water", name="An")


def test_a_remark_stands_at_its_field(editor_client, theme, given):
    html = editor_client.get(address(theme)).content.decode()
    assert "Klopt &lt;dit&gt;?" in html
    assert html.index('name="summary_nl"') < html.index(f'id="remark-{given.pk}"') < html.index('name="body_nl"')


def test_a_remark_that_is_about_no_field_stands_above_the_form(editor_client, theme, given):
    Contribution.objects.update(place=[])
    html = editor_client.get(address(theme)).content.decode()
    assert html.index(f'id="remark-{given.pk}"') < html.index('name="title_nl"')


def test_a_remark_is_answered_ticked_off_and_deleted_and_the_form_is_saved(editor_client, theme, given):
    key = str(given.pk)
    press(editor_client, theme, "_answer", key, **{f"_answer-{key}": "Ja."}, summary_nl="Over al het water.")
    given.refresh_from_db()
    theme.refresh_from_db()
    assert (given.answer, given.is_open, theme.summary_nl) == ("Ja.", True, "Over al het water.")
    press(editor_client, theme, "_tick_off", key)
    given.refresh_from_db()
    assert (given.outcome, given.answer) == ("done", "Ja.")
    assert f'id="remark-{key}"' not in editor_client.get(address(theme)).content.decode()
    press(editor_client, theme, "_forget_remark", key)
    assert not Contribution.objects.exists()


def test_a_remark_on_another_page_is_out_of_reach(editor_client, theme, given):
    other = Theme.objects.create(title_nl="Lucht", slug_nl="lucht-hier")
    press(editor_client, other, "_forget_remark", str(given.pk))
    assert Contribution.objects.filter(pk=given.pk, closed_at=None).exists()
    assert timezone.now() > given.at

import pytest

from publishing.models import MissingAddress, OldAddress
from publishing.operations.work import ASKED_OFTEN

pytestmark = pytest.mark.django_db
LIST = "/admin/publishing/oldaddress/"
PASTE = f"{LIST}add/"


@pytest.fixture
def missing() -> MissingAddress:
    return MissingAddress.objects.create(
        address="/themas/regiomark/", count=ASKED_OFTEN, first_on="2026-11-01", last_on="2026-11-20"
    )


def test_pasting_shows_each_line_and_saves_with_one_act(editor_client, client):
    text = "/oud.html\t/contact/\n/fout\t/nergens/"
    page = editor_client.post(PASTE, {"text": text}).content.decode()
    assert "1 regel klopt" in page
    assert "geen pagina" in page
    assert not OldAddress.objects.exists()
    page = editor_client.post(PASTE, {"text": text, "_save": "1"}).content.decode()
    assert "1 oud adres leidt" in page
    assert "/fout\t/nergens/" in page
    assert "/oud.html" not in page  # only what is wrong stays, to be mended
    assert client.get("/oud.html").headers["Location"] == "/contact/"
    assert OldAddress.objects.get().made_by.username == "dorine"


def test_pasting_nothing_or_too_much_says_so(editor_client):
    assert "geen regel" in editor_client.post(PASTE, {"text": " \n"}).content.decode()
    page = editor_client.post(PASTE, {"text": "/a /contact/\n" * 2_100}).content.decode()
    assert "meer dan 2000 regels" in page.replace("2.000", "2000")


def test_what_is_pasted_is_shown_as_words(editor_client):
    page = editor_client.post(PASTE, {"text": "/<script>alert(1)</script> /contact/"}).content.decode()
    assert "<script>alert" not in page


def test_one_click_leads_what_visitors_miss_to_the_page_that_was_guessed(editor_client, client, missing):
    page = editor_client.get(LIST).content.decode()
    assert "/themas/regiomarketing/" in page
    assert "5 keer" in page
    editor_client.post(LIST, {"_lead": missing.pk, f"url-{missing.pk}": "/themas/regiomarketing/"})
    assert client.get("/themas/regiomark/").headers["Location"] == "/themas/regiomarketing/"
    assert not MissingAddress.objects.exists()


def test_a_guess_that_changed_meanwhile_is_not_taken(editor_client, missing):
    editor_client.post(LIST, {"_lead": missing.pk, f"url-{missing.pk}": "/themas/iets-anders/"})
    assert not OldAddress.objects.exists()


def test_what_belongs_nowhere_is_passed_over_and_what_leads_can_go(editor_client, missing):
    editor_client.post(LIST, {"_dismiss": missing.pk})
    assert "regiomark/" not in editor_client.get(LIST).content.decode()
    old = OldAddress.objects.create(address="/x/", language="nl", view="contact")
    assert "/x/" in editor_client.get(LIST).content.decode()
    editor_client.post(LIST, {"_delete": old.pk})
    assert not OldAddress.objects.exists()


@pytest.mark.parametrize("data", [{}, {"_lead": "x"}, {"_dismiss": "999999"}, {"_delete": "-1"}])
def test_an_odd_button_does_nothing(editor_client, missing, data):
    assert editor_client.post(LIST, data).status_code == 302
    assert MissingAddress.objects.filter(is_dismissed=False).count() == 1


def test_the_list_of_work_has_one_line_for_all(editor_client, missing):
    row = {"count": 90, "first_on": "2026-11-01", "last_on": "2026-11-20"}
    MissingAddress.objects.create(address="/nog-een/", **row)
    MissingAddress.objects.create(address="/zelden/", **row | {"count": 1})
    page = editor_client.get("/admin/").content.decode()
    assert "2 adressen worden vergeefs gevraagd" in page
    assert "/nog-een/" not in page


def test_staff_and_visitors_are_refused(client, colleague, missing):
    assert client.get(LIST).status_code == 302
    client.force_login(colleague)
    assert client.get(LIST).status_code in (302, 403)
    assert client.post(PASTE, {"text": "/a /contact/", "_save": "1"}).status_code in (302, 403)
    assert not OldAddress.objects.exists()

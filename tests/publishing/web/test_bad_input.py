"""What no browser sends by itself gets an answer, and never an error of ours."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse

from pages.models import MissionPage, Organisation, Seat
from priorities.models import Theme, Update
from publishing.admin import edit_conflicts
from publishing.models import Revision
from publishing.web.sent_forms.form_data import BASE
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.test_publishable import address, form_data, submit

pytestmark = pytest.mark.django_db

MANY_DIGITS = "9" * 5000  # more than Python turns into a number
ODD_KEYS = ["r²", "d²", f"r{MANY_DIGITS}", "r99999999999999999999", "x", ""]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_odd_version_is_not_found(editor_client, theme, key):
    url = address(theme).replace("change/", "")
    assert editor_client.get(f"{url}compare/", {"old": key, "new": "working"}).status_code == 404
    assert editor_client.post(f"{url}restore/", {"version": key}).status_code == 404


@pytest.mark.parametrize("page", ["²", "-1", "0", MANY_DIGITS, "99999999999999999999"])
def test_an_odd_page_of_the_history_is_the_first_or_the_last(editor_client, theme, page):
    assert editor_client.get(address(theme).replace("change/", "history/"), {"page": page}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "a\0b"},
        {"q": '"' * 300},
        {"todo": "\0"},
        {"todo": "check_xx"},
        {"todo": "missing_xx"},
        {"todo": "missing_"},
        {"state": "\0"},
        {"o": "\0"},
        {"p": MANY_DIGITS},
        {"title_nl": "\0"},
        {"e": "1"},
    ],
)
def test_an_odd_question_to_a_list_gets_a_list(editor_client, query):
    for model in (Theme, Update, Organisation):
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        assert editor_client.get(url, query, follow=True).status_code in (200, 400)
    assert editor_client.get(reverse("admin:publishing_discarded_changelist"), query, follow=True).status_code < 500


@pytest.mark.parametrize(
    "places", [{"place-²": "1"}, {f"place-{MANY_DIGITS}": "1"}, {"place-1": MANY_DIGITS}, {"place-\0": "1"}]
)
def test_an_odd_order_changes_nothing(editor_client, places):
    before = list(Theme.objects.values_list("pk", "position"))
    url = reverse("admin:priorities_theme_changelist")
    assert editor_client.post(url, places | {"_reorder": "1"}).status_code in (302, 400)
    assert list(Theme.objects.values_list("pk", "position")) == before


@pytest.mark.parametrize("key", ["\0", "²", MANY_DIGITS, "99999999999999999999", "-1", ""])
def test_an_odd_version_is_not_cancelled(editor_client, theme, key):
    url = address(theme)
    assert editor_client.post(url, form_data(editor_client, url) | {"_cancel": key}, follow=True).status_code == 200


def test_a_reason_with_a_zero_byte_is_refused_or_kept_without_it(editor_client, client, theme):
    response = submit(editor_client, theme, "_withdraw", _reason="Voorbij\0, echt")
    assert response.status_code == 200
    assert not Revision.objects.filter(reason__contains="Voorbij", data__isnull=True).exists()


@pytest.mark.parametrize("base", ["\0", "[]", "null", "1", '"x"', "{}", '{"title_nl": []}', "[" * 100_000, "9" * 5000])
def test_an_odd_base_never_fails(editor_client, theme, base):
    url = address(theme)
    data = form_data(editor_client, url) | {BASE: base, "_save": "1"}
    assert editor_client.post(url, data, follow=True).status_code == 200


@pytest.mark.parametrize("total", ["\0", "x", "-1", "²", MANY_DIGITS, "100000"])
def test_odd_numbers_of_rows_never_fail(editor_client, total):
    from priorities.models import Priority

    priority = Priority.objects.first()
    url = address(priority)
    base = edit_conflicts.fingerprints({"title_nl": "anders"})
    data = form_data(editor_client, url) | {
        BASE: base,
        "_save": "1",
        "title_nl": "Anders",
        "partners-TOTAL_FORMS": total,
        "partners-INITIAL_FORMS": "0",
        "partners-0-id": "²",
        "partners-1-id": MANY_DIGITS,
    }
    assert editor_client.post(url, data, follow=True).status_code < 500
    assert editor_client.post(url.replace("change/", "preview/nl/"), data).status_code < 500


@pytest.mark.parametrize("button", ["_save", "_publish", "_schedule"])
def test_every_field_refuses_a_zero_byte(editor_client, theme, button, monkeypatch):
    url = address(theme)
    form = form_data(editor_client, url)
    names = [*form, "body_fr", "summary_fr", "url_label_en", "image_alt_fr"]
    if button == "_schedule":
        names += ["schedule-live_from", "schedule-live_until"]
    for name in dict.fromkeys(names):
        with monkeypatch.context() as patch:
            if button != "_save":  # the page with the errors costs most, and is the same after each button
                patch.setattr(TemplateResponse, "rendered_content", "")
            response = editor_client.post(url, form | {name: "a\0b", button: "1"}, follow=True)
        assert response.status_code == 200, name
        if response.redirect_chain:  # it was saved, as without the byte: the form is another
            form = form_data(editor_client, url)


def test_a_zero_byte_in_an_address_is_not_found(client, editor_client):
    for path in ("/voorbeeld/a%00b/", "/media/a%00b", "/fr/apercu/a%00b/", "/themas/a%00b/"):
        assert client.get(path).status_code in (404, 410), path
    for path in (
        "/admin/priorities/theme/a%00b/change/",
        "/admin/priorities/theme/%00/history/",
        "/admin/publishing/discarded/%00/change/",
        "/admin/link-targets/?q=a%00b",
        "/admin/link-targets/?href=page:a%00b",
        "/admin/priorities/theme/²/change/",
        "/admin/priorities/theme/²/history/",
    ):
        assert editor_client.get(path, follow=True).status_code < 500, path


def test_who_may_only_look_sees_the_form_without_buttons(theme):
    looker = staff_user("kijker")
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    enter(client, looker)
    for model in (Theme, Update, Organisation):
        obj = model.objects.first()
        if obj:
            assert client.get(address(obj)).status_code == 200


FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
FILE = PART.replace(b'"a"', b'"a"; filename="a.png"')


@pytest.mark.parametrize("host", ["localhost", "evil.example"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (f"{FORM}; charset=utf-16", b"a=1"),
        ("multipart/form-data", b"a=1"),
        ("multipart/form-data; boundary=\xff", b"a=1"),
        ("multipart/form-data; boundary=" + "x" * 300, b"a=1"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n" * 20_000),
        ("multipart/form-data; boundary=x", FILE * 101 + b"--x--\r\n"),
        ("multipart/form-data; boundary=x", PART * 20_000 + b"--x--\r\n"),
        (FORM, b"&".join(b"a%d=1" % number for number in range(20_000))),
        (FORM, b"a=" + b"1" * 3_000_000),
    ],
    ids=lambda value: value[:40],
)
@pytest.mark.parametrize("path", ["/", "/account/login/", "/nergens/"])
def test_a_form_that_nobody_can_read_is_refused(path, kind, body, host):
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    headers = {"host": host, "x-csrftoken": "a" * 32}
    response = client.generic("POST", path, body, content_type=kind, headers=headers)
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize(
    "target",
    [
        *("//evil.example/", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "///evil.example"),
        *("javascript:alert(1)", "http:evil.example", "https:/evil.example", "\thttp://evil.example"),
        "/\r\nLocation: http://evil.example",
    ],
)
def test_nobody_is_led_to_another_site(editor, editor_client, client, target):
    answers = [
        editor_client.post("/admin/language/", {"language": "fr", "next": target}),
        editor_client.post("/admin/language/", {"language": "fr"}, headers={"referer": target}),
        editor_client.get("/account/login/", {"next": target}),
        editor_client.post("/account/logout/", {"next": target}),
        client.post("/account/login/", {"login": "dorine", "password": "een lang wachtwoord", "next": target}),
        client.get("/admin/login/", {"next": target}),
    ]
    for response in answers:
        location = response.headers.get("Location", "")
        assert response.status_code < 500
        assert urlsplit(location.replace("\\", "/")).netloc in ("", "testserver"), location
        assert not location.startswith(("http:e", "javascript"))


def with_seats(client, mission, number: int) -> dict[str, str]:
    """The form of the mission page with this many new seats, and its texts as they are."""
    organisation = Organisation.objects.first()
    data = form_data(client, address(mission))
    begin = int(data["seats-TOTAL_FORMS"])
    for place in range(begin, begin + number):
        row = {"id": "", "mission": mission.pk, "group": Seat.Group.values[0], "organisation": organisation.pk}
        data |= {f"seats-{place}-{name}": value for name, value in (row | {"position": place + 1}).items()}
        # What a browser sends beside: columns that stay empty.
        data |= {f"seats-{place}-note_{number}": "" for number in range(4)}
    return data | {"seats-TOTAL_FORMS": begin + number}


def test_as_many_rows_as_the_form_allows_are_saved(editor_client):
    mission = MissionPage.objects.get()
    room = 200 - mission.seats.count()
    data = with_seats(editor_client, mission, room) | {"_save": "1"}
    assert len(data) > 1000  # what Django allows by default
    assert editor_client.post(address(mission), data).status_code == 302
    assert mission.seats.count() == 200


def test_one_row_too_many_is_told_in_the_form_and_keeps_what_was_typed(editor_client):
    mission = MissionPage.objects.get()
    before = mission.seats.count()
    data = with_seats(editor_client, mission, 201 - before) | {"_save": "1"}
    response = editor_client.post(address(mission), data)
    assert "hoogstens 200" in response.content.decode()
    assert 'name="seats-200-organisation"' in response.content.decode()
    assert mission.seats.count() == before


@pytest.mark.parametrize(("language", "sentence"), [("nl", "staat er nog"), ("fr", "toujours"), ("en", "still there")])
def test_more_fields_than_any_form_has_are_refused_in_words(editor_client, language, sentence):
    editor_client.cookies["language"] = language
    response = editor_client.post(address(MissionPage.objects.get()), {f"x{number}": "" for number in range(10_001)})
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]

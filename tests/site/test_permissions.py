"""Who may what: every address of the site, asked by every role, held against the table in `permissions.txt`.

The table is written by hand. When an address is new or answers otherwise, the failing test prints the row as the
site answers it; whether that is right is for a person to judge.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import Resolver404, resolve

from tests.site import cast as casting
from tests.site.addresses import Address, addresses
from tests.site.cast import NEVER, ROLES, SECRET, SECRETARY, SUPERUSER, VISITOR, Cast

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("permissions.txt")
METHODS = ("GET", "POST")
STATUS = {200: "page", 202: "taken", 204: "taken", 400: "bad", 403: "refused", 404: "none", 405: "method",
          410: "gone", 415: "odd", 429: "slow"}  # fmt: skip
WAYS = {"account_login": "sign-in", "mfa_authenticate": "factor", "mfa_index": "factor",
        "mfa_reauthenticate": "again", "account_reauthenticate": "again"}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the table: an address, and what each role gets there by GET and by POST."""

    name: str  # and after a colon which of several objects
    cells: dict[str, str]


def table() -> list[Row]:
    """The rows of `permissions.txt`."""
    rows = []
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, *cells = (part.strip() for part in line.split(" | "))
            rows.append(Row(name, dict(zip(ROLES, cells, strict=True))))
    return rows


# What stands in the addresses


def variants(address: Address, cast: Cast) -> dict[str, tuple[dict, str]]:
    """For each kind of object that this address is asked for: its arguments, and the query."""
    things, objects = cast.things, cast.objects
    version = {"slug": "regiomarketing", "version": things["version"]}
    special: dict[str, dict[str, tuple[dict, str]]] = {
        "accept_invitation": {"": ({"token": things["invitation"]}, ""), "unknown": ({"token": "x"}, "")},
        "account_confirm_email": {"": ({"key": "x"}, "")},
        "account_reset_password_from_key": {"": ({"uidb36": "1", "key": "x-y"}, "")},
        "read_word": {"": ({}, "model=priorities.theme")},
        "admin:app_list": {"": ({"app_label": "priorities"}, "")},
        "admin:autocomplete": {
            "": ({}, "app_label=priorities&model_name=theme&field_name=priority&term=g"),
        },
        "admin:auth_user_password_change": {"": ({"id": objects["auth.user"].pk}, "")},
        **{
            f"admin:publishing_mail_{what}": {
                "": ({"object_id": objects["publishing.mail"].pk}, ""),
                "about signing in": ({"object_id": things["mail about signing in"]}, ""),
            }
            for what in ("change", "delete", "history")
        },
        "admin:priorities_theme_change": {
            "": ({"object_id": objects["priorities.theme"].pk}, ""),
            "what is public": ({"object_id": things["planned theme"]}, "op=site"),
        },
        "admin:priorities_theme_preview": {
            "": ({"object_id": objects["priorities.theme"].pk, "language": "nl"}, ""),
            "what is public": ({"object_id": things["planned theme"], "language": "nl"}, "op=site"),
        },
        "admin:staff_staffmember_leave": {
            "": ({"object_id": objects["staff.staffmember"].pk}, ""),
            "of a superuser": ({"object_id": things["guarded card"]}, ""),
        },
        "admin:staff_staffmember_undo": {
            "": ({"object_id": things["own card"], "number": things["change of a card"]}, "")
        },
        "prove_address": {"": ({"token": things["address"]}, ""), "unknown": ({"token": "x"}, "")},
        "answer_consent": {"": ({"token": things["consent"]}, ""), "unknown": ({"token": "x"}, "")},
        "check_card": {"": ({"token": things["check"]}, ""), "unknown": ({"token": "x"}, "")},
        "document": {"": ({"slug": "jaarverslag"}, ""), "draft": ({"slug": "concept"}, "")},
        "home_version": {"": ({"version": things["home version"]}, "")},
        "link_targets": {"": ({}, "q=geheim")},
        "manual_picture": {"": ({"picture": "beheer.png"}, ""), "unknown": ({"picture": "x.png"}, "")},
        "media": {
            "": ({"path": things["public file"]}, ""),
            "draft": ({"path": things["draft file"]}, ""),
            "draft, revoked link": ({"path": things["draft file"]}, f"share={things['revoked share']}"),
        },
        "mfa_edit_webauthn": {"of the superuser": ({"pk": things["key of the superuser"]}, "")},
        "mfa_remove_webauthn": {"of the superuser": ({"pk": things["key of the superuser"]}, "")},
        "planning_advance": {"": ({"pk": things["planned version"]}, "")},
        "planning_cancel": {"": ({"pk": things["planned version"]}, "")},
        "planning_change": {"": ({"pk": things["planned version"]}, "")},
        "priority_detail_version": {
            "": ({"slug": things["priority"], "version": things["priority version"]}, ""),
            "of a theme": ({"slug": things["priority"], "version": things["version"]}, ""),
        },
        "opinion_detail_version": {"": ({"slug": "advies", "version": things["opinion version"]}, "")},
        "meeting_detail_version": {"": ({"slug": "vergadering", "version": things["meeting version"]}, "")},
        "update_detail_version": {"": ({"slug": "bericht", "version": things["update version"]}, "")},
        "search": {"": ({}, ""), "draft": ({}, "q=geheim")},
        "shared": {"": ({"token": things["share"]}, ""), "revoked": ({"token": things["revoked share"]}, "")},
        "follow_confirm": {"": ({"token": things["follow_confirm"]}, ""), "unknown": ({"token": "x"}, "")},
        "follow_leave": {"": ({"token": things["follow_leave"]}, ""), "unknown": ({"token": "x"}, "")},
        "proposal": {"": ({"pk": things["proposal"]}, "")},
        "translate": {
            "": ({"token": things["translate"]}, ""),
            "revoked": ({"token": things["revoked translate"]}, ""),
        },
        "translate_page": {
            "": ({"token": things["translate"], "number": things["translated page"]}, ""),
            "another": ({"token": things["translate"], "number": things["translated page"] + 1}, ""),
        },
        "undo": {"": ({"pk": things["act"]}, "")},
        "work_bring_back": {"": ({"pk": things["put off"]}, "")},
        "theme_detail": {
            "": ({"slug": "regiomarketing"}, ""),
            "draft": ({"slug": "concept"}, ""),
            "withdrawn": ({"slug": "voorbij"}, ""),
        },
        "theme_detail_version": {
            "": (version, ""),
            "planned": (version | {"version": things["planned version"]}, ""),
        },
    }  # fmt: skip
    if address.name in special:
        return special[address.name]
    if not address.arguments:
        return {"": ({}, "")}
    if address.model:
        arguments = {"object_id": objects[address.model].pk, "language": "nl"}
        version = things.get(f"version of {address.model}")
        query = f"old={version}" if address.name.endswith("_compare") else ""
        query = f"version={version}" if address.name.endswith(("_restore", "_public_list")) else query
        return {"": ({key: arguments[key] for key in address.arguments}, query)}
    public = {"theme": "regiomarketing", "priority": things["priority"], "staff": "dorine-sioen", "text": "privacy"}
    public |= {"update": "bericht", "opinion": "advies", "meeting": "vergadering"}
    slug = public.get(address.name.partition("_")[0])
    if address.arguments == {"slug"}:
        return {"": ({"slug": slug}, ""), "draft": ({"slug": "concept"}, "")}
    if address.name == "text_page_version":
        return {"": ({"slug": slug, "version": things["planned version"]}, "")}
    return {"": (dict.fromkeys(address.arguments, "x"), "")}


def cases(cast: Cast) -> dict[str, str]:
    """Every row that the table must have, with the path and the query that it asks."""
    found = {}
    for address in addresses().values():
        for variant, (arguments, query) in variants(address, cast).items():
            name = f"{address.name}: {variant}" if variant else address.name
            found[name] = address.path(**arguments) + (f"?{query}" if query else "")
    return found


# The site


@dataclass(frozen=True)
class Answer:
    """What one role got at one address."""

    kind: str
    shows: frozenset[str]  # which of the words that are kept from somebody stand in it
    is_kept: bool  # whether caches may keep it


def ask(cast: Cast, role: str, method: str, path: str) -> Answer:
    """Ask, and undo what it did."""
    client = Client(headers={"accept-language": "nl"})
    if role != VISITOR:
        client.cookies[settings.SESSION_COOKIE_NAME] = cast.sessions[role]
    cache.clear()  # so that nobody is slowed down for what another role asked
    try:
        with transaction.atomic():
            response = client.get(path) if method == "GET" else client.post(path)
            content = b"".join(response) if response.streaming else response.content
            kind = kind_of(response, client)
            transaction.set_rollback(True)
    except Exception as error:  # whatever it is: to a visitor it would be a 500
        return Answer(f"ERROR {type(error).__name__}: {error}", frozenset(), is_kept=False)
    text = content.decode("utf-8", "replace") + str(response.headers)
    shows = frozenset(word for word in (SECRET, *NEVER) if word in text)
    return Answer(kind, shows, "no-store" not in response.headers.get("Cache-Control", ""))


def kind_of(response: HttpResponse, client: Client) -> str:
    """In a word what a role got."""
    if response.status_code not in (301, 302):
        return STATUS.get(response.status_code, f"ERROR {response.status_code}")
    location = response.headers["Location"]
    try:
        where = resolve(urlsplit(location).path).view_name
    except Resolver404:
        return "moved"
    if where == "admin:login" and response.wsgi_request.path != urlsplit(location).path:
        return kind_of(client.get(location), client)  # which knows what is missing
    return WAYS.get(where, "moved")


Key = tuple[str, str, str]  # a row, a role and a method


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[Key, Answer]:
    """What everybody got everywhere, on one site that is rolled back before the tests look at it."""
    folder = tmp_path_factory.mktemp("cast")
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "permissions"}}
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "media", STATE_DIR=folder, CACHES=caches),
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600),  # however slow this machine is
        transaction.atomic(),
    ):
        cast = casting.make()
        found = {
            (name, role, method): ask(cast, role, method, path)
            for name, path in cases(cast).items()
            for role in ROLES
            for method in METHODS
        }
        transaction.set_rollback(True)
    return found


def as_cell(got: list[Answer]) -> str:
    """What a role got by GET and by POST, as the table writes it; `*` says that it showed the secret of a draft."""
    words = [answer.kind + "*" * (SECRET in answer.shows) for answer in got]
    return words[0] if words[0] == words[1] else "/".join(words)


def as_line(name: str, cells: dict[str, str]) -> str:
    return " | ".join([name.ljust(50), *(cells[role].ljust(14) for role in ROLES)]).rstrip()


# What must hold


def test_every_address_of_the_site_stands_in_the_table_and_no_other():
    known = set(addresses())
    listed = [row.name for row in table()]
    assert {name.partition(": ")[0] for name in listed} == known
    assert len(listed) == len(set(listed))


def test_only_reports_forms_of_visitors_and_pages_behind_a_secret_address_come_without_the_token_of_a_form():
    exempt = {address.name for address in addresses().values() if getattr(address.view, "csrf_exempt", False)}
    forms = {"contact_form", "follow", "follow_confirm", "follow_leave"}
    assert exempt == forms | {"csp_report", "shared", "translate", "translate_page"}
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE


def test_each_role_gets_at_each_address_what_the_table_says(answers):
    got = {
        name: {role: as_cell([answers[name, role, method] for method in METHODS]) for role in ROLES}
        for name in dict.fromkeys(name for name, _role, _method in answers)
    }
    expected = {row.name: row.cells for row in table()}
    wrong = [as_line(name, cells) for name, cells in got.items() if expected.get(name) != cells]
    assert not wrong, "The site answers otherwise than permissions.txt says:\n" + "\n".join(wrong)
    assert set(expected) == set(got)


def test_no_role_makes_an_error_anywhere(answers):
    assert {key: answer.kind for key, answer in answers.items() if answer.kind.startswith("ERROR")} == {}


def test_nobody_reads_what_a_mail_a_factor_or_a_password_holds(answers):
    shown = {key: answer.shows & set(NEVER) for key, answer in answers.items()}
    assert {key: words for key, words in shown.items() if words} == {}


def test_nobody_keeps_what_a_visitor_does_not_get(answers):
    kept = {
        (name, role)
        for (name, role, method), answer in answers.items()
        if answer.is_kept and role != VISITOR and answers[name, VISITOR, method].kind != "page"
    }
    assert kept == set()


def test_nobody_keeps_what_is_not_for_everybody(answers):
    links = "accept_invitation|prove_address|check_card|answer_consent|shared|translate|follow_"
    private = re.compile(f"admin|account|mfa|my_card|{links}|usersessions")
    kept = {name for (name, _role, _method), answer in answers.items() if private.match(name) and answer.is_kept}
    assert kept == set()


def test_only_who_may_edit_or_has_the_link_reads_a_draft(answers):
    """The table says so cell by cell; here it is said of all at once."""
    links = ("shared", "translate", "translate_page")
    readers = {
        role for (name, role, _method), answer in answers.items() if SECRET in answer.shows and name not in links
    }
    assert readers == {SECRETARY, SUPERUSER}

"""The privacy statement says what is true of a fresh site, and the desk says when one of before does not."""

import re

import pytest

from pages.models import TextPage
from publishing.models import Revision
from publishing.workflow import publish, withdraw
from resoc.desk.privacy import PARTS, earlier_words, newest, outdated_parts, outdated_statement
from staff.models import Consent, StaffMember

pytestmark = pytest.mark.django_db

# What the first releases published.
BEFORE = {
    "nl": "<p>Elke medewerker kiest zelf welke gegevens bezoekers zien. Een foto of gsm-nummer staat er alleen met "
    "toestemming; we bewaren wie die gaf en wanneer.</p>",
    "fr": "<p>Une photo ou un numéro de portable n’y figure qu’avec son accord\u202f; nous gardons qui l’a donné.</p>",
    "en": "<p>A photo or mobile number is there only with consent; we keep who gave it and when.</p>",
}


@pytest.fixture
def page() -> TextPage:
    return TextPage.objects.get(slug_nl="privacy")


def say(page: TextPage, **texts: str) -> None:
    for code, text in texts.items():
        setattr(page, f"body_{code}", text)
    page.save()
    publish(page, None)


def desk(client) -> str:
    return " ".join(client.get("/admin/").content.decode().split())


def test_a_fresh_site_says_what_it_does(page, editor_client):
    assert outdated_statement() is None
    assert "<blockquote" not in desk(editor_client)
    for code, words in {
        "nl": "Een werknummer maakt RESOC Westhoek zelf bekend, ook als het een gsm-nummer is.",
        "fr": "RESOC Westhoek publie lui-même les numéros professionnels, même s’il s’agit d’un numéro de portable.",
        "en": "A work number is made public by RESOC Westhoek itself, also when it is a mobile number.",
    }.items():
        body = getattr(page, f"body_{code}")
        assert words in body
        assert not re.search(r" [;:!?»]|« ", body) or code != "fr", "U+202F belongs there"


def test_the_numbers_of_the_source_stand_where_the_statement_says(client):
    """As work numbers, which RESOC published itself; nobody's consent is made up."""
    members = list(StaffMember.objects.all())
    assert {member.phone.as_national for member in members} >= {"0494 53 54 78", "0495 58 75 71", "0472 05 17 83"}
    assert not any(member.mobile or member.shows_mobile for member in members)
    assert not Consent.objects.exists()
    assert "0494 53 54 78" in client.get("/contact/").content.decode()


def test_the_desk_says_that_a_statement_of_before_is_not_true_and_what_to_write(page, editor_client):
    say(page, **BEFORE)
    statement = outdated_statement()
    assert [passage.code for passage in statement.passages] == ["nl", "fr", "en"]
    html = desk(editor_client)
    assert f'href="/admin/pages/textpage/{page.pk}/change/#id_body_nl"' in html
    assert '<blockquote lang="nl"><p>Op de contactpagina staan' in html
    assert "Een werknummer maakt RESOC Westhoek zelf bekend" in html
    assert '<blockquote lang="fr">' in html
    assert '<blockquote lang="en">' in html


def test_it_is_said_until_each_language_is_right_also_in_other_words(page, editor_client):
    say(page, **BEFORE)
    say(page, nl="<p>Een gsm-nummer vraagt toestemming, behalve als het een werknummer is.</p>", en="<p>None.</p>")
    assert [passage.code for passage in outdated_statement().passages] == ["fr"]
    assert '<blockquote lang="nl">' not in desk(editor_client)
    say(page, fr="<p>Les numéros professionnels sont publics. Un portable privé demande un accord.</p>")
    assert outdated_statement() is None


def test_a_site_that_shows_no_mobile_work_number_keeps_its_own_words_in_peace(page):
    say(page, nl="<p>Een gsm-nummer tonen we alleen met toestemming.</p>", fr="", en="")
    assert outdated_statement()
    for member in StaffMember.objects.filter(phone__startswith="+324"):
        member.phone = ""
        member.save()
        publish(member, None)
    assert outdated_statement() is None


def test_a_draft_that_is_right_does_not_make_it_true_for_visitors(page):
    say(page, **BEFORE)
    page.body_nl = "<p>Een gsm-nummer vraagt toestemming, een werknummer niet.</p>"
    page.save()
    assert "nl" in [passage.code for passage in outdated_statement().passages]


def test_nothing_is_said_of_a_statement_that_is_gone_or_of_another_page(page):
    other = TextPage.objects.get(slug_nl="toegankelijkheid")
    say(other, **BEFORE)
    assert outdated_statement() is None
    say(page, **BEFORE)
    withdraw(page, None, "Herschreven")
    assert outdated_statement() is None


def test_who_may_not_change_the_statement_reads_nothing_of_it(page, editor, editor_client):
    say(page, **BEFORE)
    editor.groups.clear()
    assert "<blockquote" not in desk(editor_client)


def test_no_upgrade_changes_the_words_of_a_site(page):
    from django.core.management import call_command

    say(page, **BEFORE)
    number = Revision.objects.count()
    call_command("seed", verbosity=0)
    page.refresh_from_db()
    assert page.body_nl == BEFORE["nl"]
    assert Revision.objects.count() == number


@pytest.mark.parametrize(
    ("code", "body", "untrue"),
    [
        *((code, text, True) for code, text in BEFORE.items()),
        ("nl", "<p>Een mobiel nummer tonen we na akkoord.</p>", True),
        ("nl", "<p>Bel ons op de gsm.</p><p>Een foto staat er met toestemming.</p>", False),
        ("nl", "<p>Medewerkers werken aan hun gsm, met toestemming.</p>", True),
        ("nl", "", False),
        ("fr", "<p>Un GSM professionnel se passe d’accord, un portable privé non.</p>", False),
        ("en", "<p>Mobile numbers need consent; work numbers do not.</p>", False),
    ],
)
def test_what_a_text_claims(code, body, untrue):
    assert outdated_parts(body, code, shown=True) == ({PARTS.index("staff")} if untrue else set())


@pytest.mark.parametrize("code", ["nl", "fr", "en"])
def test_each_paragraph_of_an_earlier_version_is_known_and_none_of_this_one(code):
    assert len(newest(code)) == len(PARTS)
    assert outdated_parts("".join(f"<p>{each}</p>" for each in newest(code)), code, shown=True) == set()
    for name, part in earlier_words().items():
        for text in part[code]:
            assert outdated_parts(f"<h2>Titel</h2><p>{text}</p>", code, shown=False) == {PARTS.index(name)}

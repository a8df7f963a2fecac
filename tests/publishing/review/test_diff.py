import random
from datetime import date

import pytest

from pages.models import MissionPage, Organisation
from priorities.models import Priority, Theme, Update
from publishing.content.internal_links import reference
from publishing.models.snapshots import freeze
from publishing.review import diff
from publishing.review.diff import differences, word_diff
from publishing.workflow import publish, withdraw
from staff.models import StaffMember

pytestmark = pytest.mark.django_db


def changed(model, old, new) -> dict[str, list]:
    return {
        each.label: [(piece.kind, piece.text.strip()) for piece in each.pieces if piece.kind != "same"]
        or list(each.notes)
        for each in differences(model, old, new)
    }


def test_two_versions_are_compared_word_by_word_per_language(theme):
    old = freeze(theme) | {"title_nl": "regiomarketing", "title_fr": "marketing régional"}
    new = old | {"title_nl": "regiomarketing en beeldvorming", "title_fr": "marketing du territoire"}
    found = changed(Theme, old, new)
    assert found["Titel (nl)"] == [("added", "en beeldvorming")]
    assert found["Titel (fr)"] == [("removed", "régional"), ("added", "du territoire")]
    assert [each.language for each in differences(Theme, old, new)] == ["nl", "fr"]


def test_child_rows_that_came_went_changed_or_moved_are_said():
    page = MissionPage.objects.get()
    old = freeze(page)
    first, second = page.aims.all()[:2]
    first_name, gone = first.text_nl, second.text_nl
    second.delete()
    first.text_nl += " en meer"
    first.position = 99
    first.save()
    page.aims.create(text_nl="Helemaal nieuw")
    found = differences(MissionPage, old, freeze(page))
    pieces = [(each.label, piece.kind, piece.text) for each in found for piece in each.pieces if piece.kind != "same"]
    assert ("Ambitie", "added", "Ambitie (nl): Helemaal nieuw") in pieces
    assert any(kind == "removed" and gone in text for _label, kind, text in pieces)
    assert any(first_name[:20] in label and "en meer" in text for label, _kind, text in pieces)
    assert any("in een andere volgorde, nu:" in each.notes for each in found)


def test_other_numbers_for_the_same_order_are_said_as_such():
    page = MissionPage.objects.get()
    old = freeze(page)
    for aim in page.aims.all():
        type(aim).objects.filter(pk=aim.pk).update(position=aim.position * 10)
    assert changed(MissionPage, old, freeze(page)) == {"Ambities": ["andere nummers, in dezelfde volgorde"]}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Een woord", "Een <strong>woord</strong>", "Vet, nieuw: “woord”"),
        ("Een <em>woord</em>", "Een woord", "Cursief, weg: “woord”"),
        ("Een woord", 'Een <a href="https://a.be">woord</a>', "Nieuwe link “woord” naar https://a.be"),
        (
            '<a href="https://a.be">woord</a>',
            '<a href="https://b.be">woord</a>',
            "Link “woord” leidt naar https://b.be, en niet meer naar https://a.be",
        ),
        ("een</p><p>twee", "een</p><p></p><p>twee", "alleen de opmaak"),
    ],
)
def test_a_change_of_formatting_or_of_a_link_is_said_in_words(theme, old, new, said):
    old, new = freeze(theme) | {"body_nl": f"<p>{old}</p>"}, freeze(theme) | {"body_nl": f"<p>{new}</p>"}
    [found] = differences(Theme, old, new)
    assert (found.label, found.pieces, found.notes) == ("Tekst (nl)", [], (said,))


def test_a_link_that_changed_among_other_words_is_said_too_and_pages_are_called_by_name(theme):
    priority = Priority.objects.get(number=1)
    old = freeze(theme) | {"body_nl": '<p>Lees <a href="https://a.be">meer</a></p>'}
    new = old | {"body_nl": f'<p>Lees hier <a href="{reference(priority)}">meer</a></p>'}
    [found] = differences(Theme, old, new)
    assert [(piece.kind, piece.text) for piece in found.pieces if piece.kind != "same"] == [("added", "hier ")]
    assert str(priority) in found.notes[0]


def test_rich_text_is_compared_as_it_is_read(theme):
    old = freeze(theme) | {"body_nl": "<h2>Kop</h2><ul><li><p>een</p></li><li><p>twee</p></li></ul>"}
    new = old | {"body_nl": "<h2>Kop</h2><ul><li><p>een &amp; meer</p></li><li><p>twee</p></li></ul>"}
    assert changed(Theme, old, new)["Tekst (nl)"] == [("added", "& meer")]


def test_values_are_shown_as_people_read_them(theme):
    priority = Priority.objects.get(number=1)
    old = freeze(theme)
    found = changed(Theme, old, old | {"priority_id": priority.pk, "status": "running", "image": "themes/foto.webp"})
    assert found["Status"] == [("added", "Lopend")]
    assert found["Prioriteit"] == [("added", str(priority))]
    assert found["Foto"] == [("added", "foto.webp")]
    update = freeze(Update.objects.create(date=date(2026, 3, 1)))
    assert changed(Update, update, update | {"date": "2026-03-02"})["Datum"] == [("removed", "1"), ("added", "2")]
    person = freeze(StaffMember.objects.get(name__startswith="Johan"))
    [(_kind, number)] = changed(StaffMember, person | {"phone": ""}, person | {"phone": "+32472051783"})["Telefoon"]
    assert number == "0472 05 17 83"
    assert changed(StaffMember, person | {"is_secretariat": False}, person | {"is_secretariat": True}) == {
        "Neemt op voor het secretariaat": [("removed", "nee"), ("added", "ja")]
    }


def test_the_size_that_comes_with_a_picture_is_not_a_difference(theme):
    assert differences(Theme, freeze(theme), freeze(theme) | {"image_width": 5}) == []


@pytest.mark.parametrize("published", [True, False])
def test_what_was_deleted_keeps_its_name(published):
    gone = Organisation.objects.create(name="Tijdelijk")
    pk = gone.pk
    if published:
        publish(gone, None)
        withdraw(gone, None, "weg")
    gone.delete()
    priority = freeze(Priority.objects.first())
    found = changed(Priority, priority | {"lead_id": None}, priority | {"lead_id": pk})
    assert found["Trekker"] == [("added", "Tijdelijk")]


def test_names_cost_as_many_questions_for_many_rows_as_for_few(django_assert_max_num_queries):
    priority = Priority.objects.first()
    old = freeze(priority)
    for number in range(20):
        priority.partners.create(organisation=Organisation.objects.create(name=f"O{number}"))
    new = freeze(priority)
    with django_assert_max_num_queries(4):
        assert "O19" in str(changed(Priority, old, new))


def test_one_version_alone_shows_all_that_is_filled_in():
    page = MissionPage.objects.get()
    found = differences(MissionPage, {}, freeze(page))
    text = " ".join(piece.text for each in found for piece in each.pieces)
    assert page.motto_nl.split()[0] in text
    assert page.aims.last().text_fr in text
    assert {piece.kind for each in found for piece in each.pieces} == {"added"}


def test_long_texts_that_are_the_same_are_shortened():
    same = "woord " * 100
    pieces = word_diff(f"{same}oud", f"{same}nieuw")
    assert [piece.kind for piece in pieces] == ["gap", "same", "removed", "added"]
    assert len(pieces[1].text.split()) == diff.CONTEXT


def test_comparing_keeps_every_word_of_both_texts():
    rng = random.Random(1)  # noqa: S311 (always the same texts)
    words = ["een", "twee,", "drie", "vier.", "vijf\nzes"]
    for _try in range(50):
        old, new = (" ".join(rng.choices(words, k=20)) for _side in "ab")
        pieces = word_diff(old, new)
        assert "".join(piece.text for piece in pieces if piece.kind != "added").split() == old.split()
        assert "".join(piece.text for piece in pieces if piece.kind != "removed").split() == new.split()


def test_two_long_texts_of_common_words_are_compared_without_comparing_every_word_with_every_other():
    rng = random.Random(1)  # noqa: S311 (always the same texts)
    words = ["de", "het", "een", "van", "en", "in", "op", "te", "dat", "is"] + [f"w{number}" for number in range(800)]
    old = [rng.choice(words[:10] if rng.random() < 0.4 else words) for _number in range(20_000)]
    new = [f"x{place}" if place % 12 == 0 else word for place, word in enumerate(old)]
    pieces = word_diff(" ".join(old), " ".join(new))
    assert sum(piece.kind == "added" for piece in pieces) > 1_500

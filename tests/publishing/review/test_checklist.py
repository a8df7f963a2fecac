"""Each rule of the checklist, and that a good page has nothing on it."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from PIL import Image

from pages.models import MissionPage, Organisation, TextPage
from priorities.models import Partner, Priority, Subject, Theme, Update
from publishing.content.internal_links import reference
from publishing.review.checklist import Item, Severity, checklist, sentences
from publishing.workflow import publish, withdraw
from tests.updates import update_on

pytestmark = pytest.mark.django_db

BLOCKS, WARNS = Severity.BLOCKS, Severity.WARNS
GOOD = {
    "title_nl": "Oogst",
    "title_fr": "Récolte",
    "title_en": "Harvest",
    "slug_nl": "oogst",
    "slug_fr": "recolte",
    "slug_en": "harvest",
    "body_nl": '<h2>Wat</h2><h3>Hoe</h3><p>Korte zin. Zie <a href="/themas/">alle thema’s</a>.</p>',
    "body_fr": "<h2>Quoi</h2><p>Une phrase.</p>",
    "body_en": "<h2>What</h2><p>A sentence.</p>",
}


def page(**changes) -> TextPage:
    return TextPage.objects.create(**GOOD | changes)


def found(obj, severity: Severity, rows=None) -> list[tuple[str, str]]:
    """Language and field of every item of that severity."""
    return [(item.language, item.field) for item in checklist(obj, rows) if item.severity == severity]


def messages(obj) -> str:
    with override("en"):
        return "\n".join(item.message for item in checklist(obj))


def test_a_good_page_has_nothing_on_its_list_before_and_after_publishing(editor):
    obj = page()
    assert checklist(obj) == []
    publish(obj, editor)
    assert checklist(obj) == []


def test_an_unsaved_page_of_a_form_can_be_judged():
    assert checklist(TextPage(**GOOD)) == []
    assert ("nl", "title_nl") in found(TextPage(), BLOCKS)


# What blocks


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title_nl": ""}, ("nl", "title_nl")),
        ({"slug_nl": "", "slug_fr": "", "slug_en": ""}, ("nl", "slug_nl")),
        ({"slug_fr": "confidentialite"}, ("fr", "slug_fr")),
        ({"slug_nl": "geen adres"}, ("nl", "slug_nl")),
        ({"slug_nl": "themas"}, ("nl", "slug_nl")),
    ],
)
def test_what_publishing_refuses_blocks_beside_its_field(changes, expected):
    assert expected in found(page(**changes), BLOCKS)


def test_a_check_of_the_model_blocks_too():
    theme = Theme.objects.first()
    update, row = Update.objects.create(title_nl="U"), Subject(theme=theme, priority=Priority.objects.first())
    assert found(update, BLOCKS, {"subjects": [row]}) == [("", "subjects-0-theme")]
    assert found(update, BLOCKS, {"subjects": [Subject(theme=theme)]}) == []


def test_a_faulty_child_row_blocks_at_its_own_field():
    priority = Priority.objects.get(number=1)
    assert found(priority, BLOCKS) == []
    rows = {"partners": [Partner(organisation=Organisation.objects.first()), Partner()]}
    assert found(priority, BLOCKS, rows) == [("", "partners-1-organisation")]
    saved = priority.partners.create()
    assert saved.position == 1
    assert found(priority, BLOCKS) == [("", "partners-0-organisation")]


def test_a_relation_to_something_deleted_blocks_and_is_said_once():
    theme = Theme.objects.first()
    theme.contact_id = 987654
    items = [item for item in checklist(theme) if item.field == "contact"]
    assert [item.severity for item in items] == [BLOCKS]
    priority = Priority.objects.get(number=1)
    assert found(priority, BLOCKS, {"partners": [Partner(organisation_id=987654)]}) == [("", "partners-0-organisation")]


def test_a_relation_to_something_that_is_not_public_warns(editor):
    update = update_on(Theme.objects.create(title_nl="Nog geheim"), title_nl="U")
    field = "", "subjects-0-theme"
    assert field in found(update, WARNS)
    assert "“Nog geheim” is not public" in messages(update)
    row = Subject(theme=Theme.objects.get(slug_nl="regiomarketing"))
    assert field not in found(update, WARNS, {"subjects": [row]})
    withdraw(row.theme, editor, "Weg")
    assert field in found(update, WARNS, {"subjects": [row]})


def test_a_text_that_a_native_speaker_must_still_read_warns():
    assert found(page(needs_check_fr=True), WARNS) == [("fr", "needs_check_fr")]


# Pictures


@pytest.fixture
def mission_with(settings, tmp_path):
    """Makes the mission page with a picture, described in three languages but for what is said."""
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "mission").mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "mission" / "IMG_2041.jpg")
    return _mission_with


def _mission_with(**changes) -> MissionPage:
    mission = MissionPage.objects.get()
    mission.image = "mission/IMG_2041.jpg"
    for code in ("nl", "fr", "en"):
        setattr(mission, f"image_alt_{code}", changes.get(f"image_alt_{code}", "Een brug over de IJzer"))
    return mission


@pytest.mark.parametrize("alt", ["", " ", "IMG_2041.jpg", "IMG_2041", "brug.PNG", "DSC00012", "foto 3"])
def test_a_picture_without_words_or_with_the_name_of_its_file_warns(mission_with, alt):
    assert ("nl", "image_alt_nl") in found(mission_with(image_alt_nl=alt), WARNS)


def test_a_described_picture_a_decorative_one_and_none_do_not_warn(mission_with):
    mission = mission_with()
    assert not [item for item in checklist(mission) if "alt" in item.field]
    mission = mission_with(image_alt_nl="")
    mission.image_is_decorative = True
    assert not [item for item in checklist(mission) if "alt" in item.field]
    mission.image_alt_nl = "Een brug"  # of before it was called decorative: then its translation is not missed
    mission.image_alt_fr = ""
    assert not [item for item in checklist(mission) if "alt" in item.field]
    mission.image_is_decorative = False
    mission = mission_with(image_alt_nl="Een brug", image_alt_fr="")
    assert ("fr", "image_alt_fr") in found(mission, WARNS)
    mission.image = ""
    assert not [item for item in checklist(mission) if "alt" in item.field]


def test_a_lost_file_blocks(mission_with):
    mission = mission_with()
    mission.image = "mission/lost.jpg"
    assert found(mission, BLOCKS) == [("", "image")]


# Texts


@pytest.mark.parametrize("body", ["<h3>Kop</h3><p>a</p>", "<p>a</p><h3>b</h3><h2>c</h2>"])
def test_skipped_heading_levels_warn(body):
    assert found(page(body_nl=body), WARNS) == [("nl", "body_nl")]


@pytest.mark.parametrize("body", ["<h2>a</h2><h3>b</h3><h2>c</h2><h3>d</h3><h3>e</h3>", "<p>a</p>"])
def test_headings_in_order_do_not_warn(body):
    assert checklist(page(body_nl=body)) == []


@pytest.mark.parametrize(
    "words",
    [
        "hier",
        "Klik hier",
        "lees meer",
        "Hier.",
        "Cliquez ici",
        "ici",
        "click here",
        "Read more",
        "https://x.be/y",
        "www.x.be",
    ],
)
def test_a_link_whose_words_say_nothing_warns(words):
    assert found(page(body_fr=f'<p>x <a href="https://x.be">{words}</a></p>'), WARNS) == [("fr", "body_fr")]


@pytest.mark.parametrize(
    "words", ["het jaarverslag", "lees meer over werk", "info@example.org", "Hieronder", "051 12 34 56"]
)
def test_a_link_whose_words_say_where_it_leads_does_not_warn(words):
    assert checklist(page(body_nl=f'<p>x <a href="https://x.be">{words}</a></p>')) == []


@pytest.mark.parametrize(
    ("href", "dead"),
    [
        ("page:priorities.theme/987654", True),
        ("draft", True),
        ("withdrawn", True),
        ("published", False),
        ("/themas/bestaat-niet/", True),
        ("/bestaat/niet/", True),
        ("https://www.example.org/bestaat/niet/", True),
        ("/themas/?page=2", False),
        ("/contact/#johan", False),
        ("/", False),
        ("https://elsewhere.example/bestaat/niet/", False),
        ("mailto:a@example.org", False),
    ],
)
def test_a_link_to_what_visitors_can_not_see_warns(settings, editor, href, dead):
    settings.SITE_URL = "https://www.example.org"
    theme = Theme.objects.get(slug_nl="regiomarketing")
    hidden = Theme.objects.get(slug_nl="westhoek-business-district")
    withdraw(hidden, editor, "Weg")
    href = {
        "published": reference(theme),
        "withdrawn": reference(hidden),
        "draft": reference(Theme.objects.create(title_nl="Geheim")),
    }.get(href, href)
    obj = page(body_nl=f'<p><a href="{href}">Een woord</a></p>')
    assert found(obj, WARNS) == ([("nl", "body_nl")] if dead else [])


def test_an_address_that_became_a_page_after_it_was_typed_is_not_dead(editor):
    obj = page(body_nl='<p><a href="/themas/nieuw/">Een woord</a></p>')
    assert found(obj, WARNS) == [("nl", "body_nl")]
    publish(Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw"), editor)
    assert checklist(obj) == []


def test_one_very_long_sentence_of_a_text_warns():
    long = "woord " * 30 + "einde."
    assert found(page(body_nl=f"<p>{long} Kort. {long} {long}</p>"), WARNS) == [("nl", "body_nl")]
    assert "31" in messages(page(slug_nl="b", body_nl=f"<p>{long}</p>"))
    assert checklist(page(slug_nl="c", body_nl=f"<p>{'woord ' * 29}einde.</p>")) == []


def test_every_block_ends_a_sentence():
    items = "".join("<li><p>een twee drie vier vijf zes</p></li>" for _number in range(9))
    assert checklist(page(body_nl=f"<p>Dit:</p><ul>{items}</ul>")) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dhr. Janssens komt, o.a. met Mevr. Peeters, d.w.z. om 10 uur. Dan niet.", 2),
        ("Zie art. 5 en nr. 12 van 3 okt. 2026.", 1),
        ("M. Dupont, p. ex. Mme. Durand, viendra. Et après ?", 2),
        ("E.g. this, i.e. that. Or not! Really? “Yes.” No.", 5),
        ("Versie 2.0 kost 3.500 euro. Punt.", 2),
        ("Zonder punt", 1),
        ("", 1),
    ],
)
def test_a_full_stop_after_an_abbreviation_ends_no_sentence(text, count):
    assert len(sentences(text)) == count


# As a whole


def test_what_blocks_comes_first_and_languages_in_their_order():
    obj = page(title_nl="", title_fr="", body_nl="<h3>a</h3>", body_en="")
    order = [(item.language, item.severity) for item in checklist(obj)]
    assert order == sorted(order, key=lambda pair: (["", "nl", "fr", "en"].index(pair[0]), pair[1] != BLOCKS))
    assert order[0] == ("nl", BLOCKS)


@pytest.mark.parametrize("rows", [1, 12])
def test_it_asks_as_often_for_a_long_page_as_for_a_short_one(editor, django_assert_num_queries, rows):
    priority = Priority.objects.get(number=1)
    for organisation in [Organisation.objects.create(name=f"O{n}") for n in range(rows)]:
        priority.partners.create(organisation=organisation)
    priority.lead = Organisation.objects.first()
    priority.body_nl = "".join(f'<p><a href="{reference(t)}">{t}</a></p>' for t in list(Theme.objects.all())[:rows])
    priority.body_nl += "".join(f'<p><a href="/themas/weg-{n}/">Weg {n}</a></p>' for n in range(rows))
    priority.save()
    for _time in range(rows):
        publish(priority, editor)
    with django_assert_num_queries(10):
        checklist(priority)


def test_the_panel_shows_signs_words_and_links_and_says_when_all_is_well():
    items = [
        Item(BLOCKS, "nl", "title_nl", "Vul dit in."),
        Item(WARNS, "fr", "roles-0-name_fr", "<Naam>: nog niet vertaald."),
        Item(BLOCKS, "fr", "", "Kan niet."),
    ]
    html = " ".join(render_to_string("publishing/panel/checklist.html", {"checklist": items}).split())
    assert "<h3>Nederlands</h3>" in html
    assert '<a href="#id_title_nl">Vul dit in.</a>' in html
    assert '<a href="#id_roles-0-name_fr">&lt;Naam&gt;: nog niet vertaald.</a>' in html
    assert "</strong> Kan niet." in html
    assert html.count("Blokkeert:") == 2
    assert "Niets te verbeteren." in render_to_string("publishing/panel/checklist.html", {"checklist": []})


def test_the_seeded_content_is_not_blocked():
    for model in (MissionPage, Organisation, TextPage, Priority, Theme):
        for obj in model.objects.all():
            assert found(obj, BLOCKS) == []

"""The form of what visitors see now: a correction goes online alone, and what is planned or saved stays."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from pages.models import MissionPage
from priorities.models import Document, Theme, ThemeDocument
from publishing.workflow import publish, reorder, restore, withdraw
from staff.models import StaffMember
from staff.my_card.new_address import pending as pending_address
from tests.desk import enter
from tests.priorities.pdf_files import pdf
from tests.publishing.admin.test_edit_conflicts import other, other_client  # noqa: F401  (fixtures)
from tests.publishing.admin.test_publishable import address, form_data
from tests.publishing.files.photos import photo
from tests.publishing.saved import plan, public_theme, save
from tests.updates import update_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SITE = "?op=site"


@pytest.fixture
def theme(editor) -> Theme:
    return public_theme(editor)


def opened(client, obj, mode: str = SITE) -> dict:
    """What a browser would send back of the form, with its fingerprints and its token."""
    url = address(obj) + mode
    context = client.get(url).context
    return form_data(client, url) | {"_base": context["base"], "_form": context["form_token"]}


def correct(client, obj, **changes):
    data = opened(client, obj) | changes | {"_publish": "1"}
    return client.post(address(obj) + SITE, data, follow=True)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def public(obj) -> dict:
    return obj.revisions.public().get().data


def pending(obj) -> list[dict]:
    return [each.data for each in obj.revisions.pending().order_by("live_from")]


# What the form says


def test_a_form_of_which_nothing_waits_and_nothing_is_saved_asks_nothing(editor_client, theme):
    assert "op=site" not in text(editor_client.get(address(theme)))


def test_the_form_says_what_waits_and_what_is_saved_and_leads_to_what_is_on_the_site(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    save(theme, summary_nl="Bewaard")
    page = text(editor_client.get(address(theme)))
    assert "komt een andere versie online" in page
    assert "(Titel (nl))" in page
    assert "Bewaard, en bezoekers zien het nog niet:</strong> Samenvatting (nl)." in page
    assert 'href="?op=site"' in page


def test_the_form_of_what_is_on_the_site_shows_that_and_offers_nothing_that_would_overwrite_a_draft(
    editor_client, theme
):
    plan(theme, 3, title_nl="Maandag")
    response = editor_client.get(address(theme) + SITE)
    assert response.context["adminform"].form["title_nl"].value() == "Eerste"
    page = text(response)
    for button in ("_save", "_schedule", "_withdraw", "_share", "_confirm", "_cancel"):
        assert f'name="{button}"' not in page
    assert 'href="?op=site" aria-current="true"' in page


def test_what_is_planned_for_the_first_time_has_no_public_form(editor_client):
    theme = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    plan(theme, 3)
    page = text(editor_client.get(address(theme)))
    assert "Dit komt online op" in page
    assert "op=site" not in page
    response = editor_client.get(address(theme) + SITE, follow=True)
    assert response.redirect_chain == [(address(theme), 302)]
    assert "Dit staat niet op de site." in text(response)


def test_what_was_withdrawn_has_no_public_form(editor_client, editor, theme):
    withdraw(theme, editor, "Klaar")
    save(theme, title_nl="Concept")
    assert "op=site" not in text(editor_client.get(address(theme)))
    assert editor_client.get(address(theme) + SITE).status_code == 302


# Correcting


def test_each_of_several_plans_gets_the_correction(editor_client, theme):
    plan(theme, 1, title_nl="Maandag")
    plan(theme, 2, title_nl="Dinsdag")
    page = text(correct(editor_client, theme, summary_nl="Beter"))
    assert [(each["title_nl"], each["summary_nl"]) for each in pending(theme)] == [
        ("Maandag", "Beter"),
        ("Dinsdag", "Beter"),
    ]
    assert page.count("blijft gepland.") == 2


def test_what_a_plan_says_otherwise_it_keeps_and_the_message_leads_there(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    page = text(correct(editor_client, theme, title_nl="Verbeterd"))
    assert public(theme)["title_nl"] == "Verbeterd"
    assert pending(theme)[0]["title_nl"] == "Maandag"
    assert f'<a href="{address(theme)}#id_title_nl">Titel (nl)</a>' in page
    assert "de werkversie" in page


def test_what_can_not_be_public_is_an_error_beside_its_field_and_keeps_what_was_typed(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    before = theme.revisions.count()
    response = correct(editor_client, theme, title_nl="", summary_nl="Getypt")
    form = response.context["adminform"].form
    assert form.errors["title_nl"]
    assert form["summary_nl"].value() == "Getypt"
    assert response.context["corrects"]
    assert theme.revisions.count() == before
    theme.refresh_from_db()
    assert theme.title_nl == "Maandag"


def test_an_address_that_somebody_else_has_is_refused_beside_its_field(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    response = correct(editor_client, theme, slug_nl="regiomarketing")
    assert "slug_nl" in response.context["adminform"].form.errors


@pytest.mark.parametrize("button", ["_save", "_schedule", "_withdraw", "_confirm", "_share", "_look", "_invite"])
def test_no_other_button_does_anything_there(editor_client, theme, button):
    plan(theme, 3, title_nl="Maandag")
    before = theme.revisions.count()
    data = opened(editor_client, theme) | {"summary_nl": "Getypt", "_reason": "Weg", button: "1"}
    response = editor_client.post(address(theme) + SITE, data)
    assert "Er is nog niets bewaard" in text(response)
    assert response.context["adminform"].form["summary_nl"].value() == "Getypt"
    assert theme.revisions.count() == before
    theme.refresh_from_db()
    assert (theme.title_nl, theme.summary_nl) == ("Maandag", "Kort")


def test_the_preview_shows_what_would_be_public(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    url = reverse("admin:priorities_theme_preview", args=[theme.pk, "nl"]) + SITE
    assert url.split("/preview")[1] in text(editor_client.get(address(theme) + SITE))
    page = text(editor_client.post(url, opened(editor_client, theme) | {"summary_nl": "Getypt"}))
    assert "Eerste" in page
    assert "Getypt" in page
    assert "Maandag" not in page
    assert "Eerste" in text(editor_client.get(url))


# Two at a time, twice, and later


def test_somebody_elses_correction_is_a_conflict_with_what_is_on_the_site(editor_client, other_client, theme):  # noqa: F811
    plan(theme, 3, body_nl="<p>Maandag</p>")
    mine = opened(editor_client, theme) | {"title_nl": "Van Dorine", "_publish": "1"}
    correct(other_client, theme, title_nl="Van Sigrid", summary_nl="Ook")
    response = editor_client.post(address(theme) + SITE, mine)
    page = text(response)
    assert "Wat bezoekers zien is gewijzigd" in page
    assert "Op de site:</b> Van Sigrid" in page
    assert response.context["adminform"].form["summary_nl"].value() == "Ook"
    assert public(theme)["title_nl"] == "Van Sigrid"
    again = mine | {"_base": response.context["base"], "summary_nl": "Ook"}
    assert "Gepubliceerd" in text(editor_client.post(address(theme) + SITE, again, follow=True))
    assert (public(theme)["title_nl"], public(theme)["summary_nl"]) == ("Van Dorine", "Ook")


def test_a_draft_that_is_saved_meanwhile_is_no_conflict(editor_client, other_client, theme):  # noqa: F811
    save(theme, body_nl="<p>Bewaard</p>")
    mine = opened(editor_client, theme) | {"title_nl": "Verbeterd", "_publish": "1"}
    save(theme, summary_nl="Ook bewaard")
    assert "Gepubliceerd" in text(editor_client.post(address(theme) + SITE, mine, follow=True))
    theme.refresh_from_db()
    assert (theme.title_nl, theme.summary_nl) == ("Verbeterd", "Ook bewaard")


def test_a_plan_that_comes_due_while_the_form_is_open_leads_to_the_conflict_screen(editor_client, editor, theme):
    waiting = plan(theme, 0.1, editor, title_nl="Maandag")
    mine = opened(editor_client, theme) | {"title_nl": "Verbeterd", "_publish": "1"}
    with time_machine.travel(waiting.live_from + timedelta(minutes=1)):
        enter(editor_client, editor)
        response = editor_client.post(address(theme) + SITE, mine)
        assert "Op de site:</b> Maandag" in text(response)
        assert public(theme)["title_nl"] == "Maandag"


def test_what_was_withdrawn_while_the_form_was_open_keeps_what_was_typed(editor_client, editor, theme):
    save(theme, body_nl="<p>Bewaard</p>")
    mine = opened(editor_client, theme) | {"title_nl": "Verbeterd", "_publish": "1"}
    withdraw(theme, editor, "Klaar")
    response = editor_client.post(address(theme) + SITE, mine)
    assert "Dit staat niet op de site." in text(response)
    assert response.context["adminform"].form["title_nl"].value() == "Verbeterd"
    assert not theme.revisions.public().exists()


def test_the_same_sent_twice_publishes_once(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    data = opened(editor_client, theme) | {"summary_nl": "Beter", "_publish": "1"}
    editor_client.post(address(theme) + SITE, data)
    before = theme.revisions.count()
    assert "Je eerste poging was wel aangekomen" in text(editor_client.post(address(theme) + SITE, data, follow=True))
    assert theme.revisions.count() == before


def test_back_and_publish_again_with_more_is_no_conflict_with_oneself(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    data = opened(editor_client, theme) | {"summary_nl": "Beter", "_publish": "1"}
    editor_client.post(address(theme) + SITE, data)
    response = editor_client.post(address(theme) + SITE, data | {"summary_nl": "Best"}, follow=True)
    assert "Gepubliceerd" in text(response)
    assert public(theme)["summary_nl"] == "Best"


# Child rows, files, details


def test_rows_are_corrected_though_the_working_copy_has_others(editor_client, editor):
    page = MissionPage.objects.get()
    first, second = page.aims.all()[:2]
    count = page.aims.count()
    save(second, text_nl="Gewijzigd in de werkversie")
    publish(page, editor, live_from=timezone.now() + DAY)
    first_pk = first.pk
    first.delete()  # in the working copy only
    response = correct(
        editor_client,
        page,
        **{
            "aims-TOTAL_FORMS": str(count + 1),
            "aims-0-text_nl": "Verbeterd",
            f"aims-{count}-text_nl": "Een nieuw doel",
            f"aims-{count}-position": "0",
        },
    )
    assert "Gepubliceerd" in text(response)
    rows = {row["id"]: row["text_nl"] for row in public(page)["aims"]}
    assert rows[first_pk] == "Verbeterd"
    assert rows[second.pk] != "Gewijzigd in de werkversie"
    assert "Een nieuw doel" in rows.values()
    [waiting] = pending(page)
    assert {row["id"]: row["text_nl"] for row in waiting["aims"]}[second.pk] == "Gewijzigd in de werkversie"
    assert not page.aims.filter(pk=first_pk).exists()
    assert page.aims.filter(text_nl="Een nieuw doel").exists()


def test_a_row_that_is_taken_off_the_site_leaves_the_working_copy_too(editor_client):
    page = MissionPage.objects.get()
    gone = page.aims.first()
    save(page, intro_nl="Bewaard")
    correct(editor_client, page, **{"aims-0-DELETE": "on"})
    assert gone.pk not in [row["id"] for row in public(page)["aims"]]
    assert not page.aims.filter(pk=gone.pk).exists()
    page.refresh_from_db()
    assert page.intro_nl == "Bewaard"


def test_a_row_of_the_draft_alone_stays_out_of_the_form_and_in_the_draft(editor_client, theme, editor):
    document = Document.objects.create(title_nl="Verslag", file=ContentFile(pdf(), name="verslag.pdf"))
    publish(document, editor)
    ThemeDocument.objects.create(theme=theme, document=document, position=1)
    assert not [name for name in opened(editor_client, theme) if name.startswith("documents-0-")]
    correct(editor_client, theme, title_nl="Verbeterd")
    assert public(theme)["documents"] == []
    assert theme.documents.count() == 1


def test_new_rows_that_are_sent_twice_are_added_once(editor_client):
    page = MissionPage.objects.get()
    save(page, intro_nl="Bewaard")
    count = page.aims.count()
    data = opened(editor_client, page) | {
        "aims-TOTAL_FORMS": str(count + 1),
        f"aims-{count}-text_nl": "Een nieuw doel",
        f"aims-{count}-position": "0",
        "_publish": "1",
    }
    editor_client.post(address(page) + SITE, data)
    editor_client.post(address(page) + SITE, data | {f"aims-{count}-text_fr": "Un but"})
    made = [row for row in public(page)["aims"] if row["text_nl"] == "Een nieuw doel"]
    assert [row["text_fr"] for row in made] == ["Un but"]


def test_a_file_is_replaced_on_the_site_while_another_is_saved(editor_client, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = Document.objects.create(title_nl="Verslag", slug_nl="v", file=ContentFile(pdf(), name="een.pdf"))
    publish(document, editor)
    save(document, title_nl="Bewaard")
    old = document.file.name
    correct(editor_client, document, file=ContentFile(pdf(pages=3), name="twee.pdf"))
    assert public(document)["file"] != old
    assert public(document)["page_count"] == 3
    assert public(document)["title_nl"] == "Verslag"
    document.refresh_from_db()
    assert (document.title_nl, document.file.name) == ("Bewaard", public(document)["file"])


def test_a_photo_is_replaced_on_the_site_while_another_text_is_planned(editor_client, settings, tmp_path, theme):
    settings.MEDIA_ROOT = tmp_path
    plan(theme, 3, title_nl="Maandag")
    image = photo((900, 600))
    correct(editor_client, theme, image=image, image_alt_nl="Een kruispunt")
    assert public(theme)["image"]
    assert public(theme)["image_width"]
    assert pending(theme)[0]["image"] == public(theme)["image"]


def test_a_relation_is_corrected_with_what_belongs_to_it(editor_client, editor):
    first, second = Theme.objects.all()[:2]
    update = update_on(first, title_nl="Nieuws", date="2026-01-01")
    publish(update, editor)
    plan(update, 3, title_nl="Maandag")
    correct(editor_client, update, **{"subjects-0-theme": str(second.pk), "date": "2026-02-02"})
    assert (public(update)["subjects"][0]["theme_id"], public(update)["date"]) == (second.pk, "2026-02-02")
    assert pending(update)[0]["subjects"][0]["theme_id"] == second.pk


# Cards: details that visitors may not see


@pytest.fixture
def card(editor) -> StaffMember:
    card = StaffMember.objects.create(
        name="An Peeters", slug="an-peeters", phone="+3251000000", mobile="+32470000000", shows_mobile=False
    )
    publish(card, editor)
    return card


def test_a_correction_of_a_card_publishes_no_number_that_is_hidden(editor_client, card):
    save(card, function_nl="Bewaard")
    assert not public(card)["mobile"]
    correct(editor_client, card, phone="051 11 11 11")
    assert not public(card)["mobile"]
    assert public(card)["phone"] == "+3251111111"
    card.refresh_from_db()
    assert (str(card.mobile), card.shows_mobile, card.function_nl) == ("+32470000000", False, "Bewaard")


def test_a_number_that_is_hidden_on_the_site_leaves_what_waits_too(editor_client, editor, card):
    publish(save(card, shows_mobile=True), editor)
    plan(card, 3, editor, function_nl="Maandag", mobile="+32471111111")
    data = opened(editor_client, card) | {"_publish": "1"}
    data.pop("shows_mobile")
    editor_client.post(address(card) + SITE, data)
    assert not public(card)["mobile"]
    assert not pending(card)[0]["mobile"]
    card.refresh_from_db()
    assert not card.shows_mobile


def test_a_number_that_is_shown_on_the_site_is_that_of_the_form(editor_client, card):
    save(card, function_nl="Bewaard")
    correct(editor_client, card, shows_mobile="on", mobile_agreed="Op papier")
    assert public(card)["mobile"] == "+32470000000"
    card.refresh_from_db()
    assert card.shows_mobile


def test_hiding_that_is_only_saved_stays_saved_when_the_number_is_corrected(editor_client, editor, card):
    publish(save(card, shows_mobile=True), editor)
    save(card, shows_mobile=False)
    assert opened(editor_client, card)["shows_mobile"]
    correct(editor_client, card, mobile="0472 22 22 22", mobile_agreed="Op papier")
    assert public(card)["mobile"] == "+32472222222"
    card.refresh_from_db()
    assert (str(card.mobile), card.shows_mobile) == ("+32472222222", False)


def test_another_address_of_somebody_with_an_account_is_proven_first(editor_client, editor, card, colleague):
    colleague.email = "an@example.be"
    colleague.save()
    publish(save(card, email="an@example.be", user=colleague), editor)
    save(card, function_nl="Bewaard")
    page = text(correct(editor_client, card, email="nieuw@example.be", phone="051 11 11 11"))
    assert "nieuw@example.be" in page
    assert (public(card)["email"], public(card)["phone"]) == ("an@example.be", "+3251111111")
    assert pending_address(card).email == "nieuw@example.be"


# Publishing the working copy while something waits


def test_publishing_while_something_is_planned_asks_first(editor_client, theme):
    plan(theme, 3, title_nl="Maandag")
    data = opened(editor_client, theme, "") | {"summary_nl": "Getypt", "_publish": "1"}
    response = editor_client.post(address(theme), data)
    page = text(response)
    assert "Er is iets gepland. Wat gebeurt daarmee?" in page
    assert "Titel (nl), Samenvatting (nl)" in page
    assert "errornote" not in page
    assert response.context["adminform"].form["summary_nl"].value() == "Getypt"
    assert public(theme)["title_nl"] == "Eerste"
    assert pending(theme)[0]["title_nl"] == "Maandag"
    theme.refresh_from_db()
    assert theme.summary_nl == "Kort"


def test_the_question_keeps_the_file_that_was_chosen(editor_client, theme, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    plan(theme, 3, title_nl="Maandag")
    data = opened(editor_client, theme, "") | {"image": photo(), "image_alt_nl": "Foto", "_publish": "1"}
    page = text(editor_client.post(address(theme), data))
    assert 'value="keep"' in page
    assert 'name="image-kept"' in page
    assert "Kies dit bestand opnieuw" not in page


def test_what_drops_a_plan_says_so(editor_client, theme):
    plan(theme, 2, title_nl="Maandag")
    later = timezone.localtime(timezone.now() + 4 * DAY)
    data = opened(editor_client, theme, "") | {"schedule-live_from": f"{later:%Y-%m-%dT%H:%M}", "_schedule": "1"}
    page = text(editor_client.post(address(theme), data | {"schedule-replace": "on"}, follow=True))
    assert "Gepland: bezoekers zien deze versie" in page
    assert page.count("komt niet meer.") == 1
    data = opened(editor_client, theme, "") | {"_reason": "Klaar", "_withdraw": "1"}
    assert "komt niet meer." in text(editor_client.post(address(theme), data, follow=True))


def test_what_is_planned_still_comes_when_one_says_so(editor_client, editor, theme):
    plan(theme, 2, editor, title_nl="Maandag")
    plan(theme, 3, editor, title_nl="Dinsdag")
    save(theme, title_nl="Nu")
    data = opened(editor_client, theme, "") | {"_publish": "keep"}
    page = text(editor_client.post(address(theme), data, follow=True))
    assert page.count("blijft gepland.") == 2
    assert public(theme)["title_nl"] == "Nu"
    assert [each["title_nl"] for each in pending(theme)] == ["Maandag", "Dinsdag"]


def test_what_is_planned_makes_place_when_one_says_so_and_that_is_told(editor_client, theme):
    plan(theme, 2, title_nl="Maandag")
    data = opened(editor_client, theme, "") | {"_publish": "instead"}
    page = text(editor_client.post(address(theme), data, follow=True))
    assert "komt niet meer." in page
    assert public(theme)["title_nl"] == "Maandag"
    assert pending(theme) == []


# Publishing what is planned early


def test_what_is_planned_is_published_early_as_it_was_planned_and_after_a_question(editor_client, theme):
    waiting = plan(theme, 2, title_nl="Maandag")
    plan(theme, 3, title_nl="Dinsdag")
    save(theme, title_nl="Concept")
    url = reverse("planning_advance", args=[waiting.pk])
    assert url in text(editor_client.get(address(theme)))
    assert url in text(editor_client.get(reverse("planning")))
    page = text(editor_client.get(url))
    assert "Titel (nl)" in page
    assert "blijft gepland" in page
    assert "De werkversie verschilt ervan" in page
    assert public(theme)["title_nl"] == "Eerste"
    response = editor_client.post(url, follow=True)
    assert "Gepubliceerd: bezoekers zien nu wat gepland was" in text(response)
    assert public(theme)["title_nl"] == "Maandag"
    assert [each["title_nl"] for each in pending(theme)] == ["Dinsdag"]
    theme.refresh_from_db()
    assert theme.title_nl == "Concept"
    assert editor_client.post(url).status_code == 404


def test_an_end_is_not_brought_forward(editor_client, editor, theme):
    publish(theme, editor, live_until=timezone.now() + DAY)
    url = reverse("planning_advance", args=[theme.revisions.public().get().pk])
    assert editor_client.get(url).status_code == 404
    assert editor_client.post(url).status_code == 404


# What the chip and the lists say


@pytest.mark.parametrize(
    ("is_public", "is_planned", "is_saved", "said"),
    [
        (True, False, False, ["Gepubliceerd"]),
        (True, False, True, ["Gepubliceerd, met wijzigingen die bezoekers nog niet zien"]),
        (True, True, False, ["Gepubliceerd · op ", " komt een andere versie"]),
        (True, True, True, ["Gepubliceerd · op ", " komt een andere versie · niet-gepubliceerde wijzigingen"]),
        (False, True, False, ["Gepland · komt online op "]),
        (False, True, True, ["Gepland · komt online op ", " · niet-gepubliceerde wijzigingen"]),
        (False, False, False, ["Nog niet gepubliceerd"]),
    ],
)
def test_the_chip_and_the_list_say_what_is_true(editor_client, editor, is_public, is_planned, is_saved, said):
    theme = Theme.objects.create(title_nl="Eerste", slug_nl="eerste")
    if is_public:
        publish(theme, editor)
    if is_planned:
        plan(theme, 2, title_nl="Maandag")
    if is_saved:
        save(theme, summary_nl="Bewaard")
    context = editor_client.get(address(theme)).context
    rows = editor_client.get(reverse("admin:priorities_theme_changelist")).context["cl"].result_list
    in_list = next(row.list_where for row in rows if row.pk == theme.pk)
    assert context["where"] == in_list
    assert all(part in in_list for part in said)
    assert in_list.startswith(said[0])
    assert in_list.endswith(said[-1]) or is_planned


def test_an_order_and_a_version_that_was_put_back_are_no_reason_to_lose_a_plan(editor_client, editor, theme):
    first = theme.revisions.first()
    plan(theme, 2, title_nl="Maandag")
    restore(first, editor)
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    correct(editor_client, theme, summary_nl="Beter")
    assert pending(theme)[0]["title_nl"] == "Maandag"
    theme.refresh_from_db()
    assert (theme.title_nl, theme.summary_nl) == ("Eerste", "Beter")

"""The rich text editor in a real browser, as the secretariat meets it."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from priorities.models import Priority, Theme
from publishing.content.internal_links import reference
from publishing.workflow import publish
from resoc.groups import SECRETARIAT
from tests.axe import TAGS, violations
from tests.conftest import listen, sign_in, staff_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLIPBOARD = Path(__file__).parent / "clipboard"
PASTE = """(element, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    element.focus();
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
CARET_IS_LAST = """element => {
    const selection = getSelection();
    return element.lastElementChild.contains(selection.anchorNode)
        && selection.anchorOffset === selection.anchorNode.textContent.length;
}"""
FROM_WORD = (
    "<h2>Verslag van het overleg</h2>"
    "<p>Op 24 november sprak <strong>Dorine</strong> met <em>alle partners</em> in Ieper, zie "
    '<a href="https://www.example.org/verslag?a=1&amp;b=2">het verslag</a>.[1]</p>'
    "<h3><strong>Wat we afspraken</strong></h3>"
    "<ul><li><p>Eerste punt</p><ul><li><p>Onderdeel <strong>belangrijk</strong></p></li></ul></li>"
    "<li><p>Tweede punt</p></li></ul>"
    "<p>En daarna:</p>"
    "<ol><li><p>Bellen</p></li><li><p>Schrijven</p></li></ol>"
    "<table><tbody><tr><th><p>Wie</p></th><th><p>Wat</p></th></tr>"
    "<tr><td><p>Johan</p></td><td></td></tr></tbody></table>"
    '<p>Tot slot, zie <a href="{theme}">het thema</a>.</p>'
)


@pytest.fixture
def theme(page) -> Theme:
    return Theme.objects.get(slug_nl="regiomarketing")


@pytest.fixture
def complaints(page) -> list[str]:
    return listen(page)


@pytest.fixture
def form(page, theme, complaints):
    """The form of a theme, opened by the secretary; what the browser complains of fails the test."""
    user = staff_user("dorine", password="een lang wachtwoord")
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    sign_in(page, "dorine", f"/admin/priorities/theme/{theme.pk}/change/")
    page.get_by_role("toolbar").first.wait_for()
    yield page
    assert complaints == []


def text(page, language: str = "nl"):
    return page.get_by_role("textbox", name=f"Tekst ({language})")


def to_the_end(page):
    """Put the caret at the end of the text.

    The editor writes its own caret to the page 20 ms after it gets the focus, which undoes a key pressed
    in between on a busy machine; so press until the caret stays.
    """
    text(page).click()
    for _ in range(20):
        page.keyboard.press("Control+End")
        page.wait_for_timeout(100)
        if text(page).evaluate(CARET_IS_LAST):
            return
    raise AssertionError("the caret does not go to the end of the text")


def button(page, name: str):
    return page.locator(".prose-editor", has=page.locator("#id_body_nl")).get_by_role("button", name=name, exact=True)


def link_field(page):
    return page.get_by_role("dialog").get_by_role("combobox")


def save(page, theme: Theme) -> Theme:
    with page.expect_navigation():
        page.get_by_role("button", name="Bewaar", exact=True).click()
    page.get_by_text("Bewaard als werkversie").wait_for()
    theme.refresh_from_db()
    return theme


def test_what_is_pasted_from_word_comes_out_clean(form, theme):
    text(form).evaluate(PASTE, (CLIPBOARD / "word.html").read_text())
    assert save(form, theme).body_nl == FROM_WORD.format(theme=reference(theme))


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (
            '<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr" style="x:y">'
            '<span style="font-size:11pt;font-weight:700">Vet</span><span style="font-weight:400"> en '
            '</span><span style="font-style:italic">schuin</span></p></b>',
            "<p><strong>Vet</strong> en <em>schuin</em></p>",
        ),
        ("<h2>Boven</h2><h4>Onder</h4><p>a</p>", "<h2>Boven</h2><h3>Onder</h3><p>a</p>"),
        ('<p><a href="javascript:alert(1)">a</a> <a href="file:///C:/x">b</a></p>', "<p>a b</p>"),
        ('<p onclick="alert(1)">x style="y" <img src="data:x" onerror="alert(1)">z</p>', '<p>x style="y" z</p>'),
    ],
)
def test_what_is_pasted_from_elsewhere_comes_out_clean(form, theme, html, clean):
    text(form).evaluate(PASTE, html)
    assert save(form, theme).body_nl == clean


def test_the_address_of_an_own_page_may_be_pasted_whole(form, theme):
    address = form.url.split("/admin/")[0] + theme.get_absolute_url("fr")
    text(form).evaluate(PASTE, f'<p><a href="{address}">x</a></p>')
    assert save(form, theme).body_nl == f'<p><a href="{reference(theme)}">x</a></p>'


def test_axe_finds_nothing_in_the_editor_and_its_dialog(form, complaints):
    text(form).evaluate(PASTE, '<p><s>weg</s> <img src="x" alt="y"></p>')
    button(form, "Tabel").click()
    button(form, "Link").click()
    link_field(form).fill("e")
    form.get_by_role("dialog").get_by_role("option").first.wait_for()
    for part in ("#texts-nl .prose-editor", "dialog"):
        assert violations(form, {"runOnly": TAGS}, part) == []
    complaints.clear()  # axe styles what it measures, which the policy forbids


def test_what_was_saved_is_shown_again_and_saved_the_same(form, theme):
    text(form).evaluate(PASTE, (CLIPBOARD / "word.html").read_text())
    before = save(form, theme).body_nl
    to_the_end(form)
    form.keyboard.type(" Nog iets.")
    assert save(form, theme).body_nl == before.replace("het thema</a>.", "het thema</a>. Nog iets.")


def test_a_page_is_chosen_by_its_name_with_the_keyboard_alone(form, theme):
    priority = Priority.objects.get(number=1)
    text(form).focus()
    form.keyboard.type("Lees dit")
    form.keyboard.press("Control+a")
    form.keyboard.press("Control+k")
    field = link_field(form)
    field.wait_for()
    form.keyboard.type(priority.title_nl[:9].upper())
    form.get_by_role("dialog").get_by_role("option").first.wait_for()
    assert field.get_attribute("aria-activedescendant")
    form.keyboard.press("Enter")
    form.get_by_role("button", name="Maak link").wait_for()
    assert field.input_value() == priority.title_nl
    form.keyboard.press("Enter")
    form.get_by_role("dialog").wait_for(state="hidden")
    assert save(form, theme).body_nl == f'<p><a href="{reference(priority)}">Lees dit</a></p>'


def test_an_existing_link_is_shown_by_name_and_can_be_changed_and_taken_away(form, theme):
    theme.body_nl = f'<p><a href="{reference(theme)}">woord</a></p>'
    theme.save()
    form.reload()
    text(form).get_by_text("woord").click()
    button(form, "Link").click()
    form.get_by_role("status").get_by_text("Thema").wait_for()
    assert link_field(form).input_value() == theme.title_nl
    link_field(form).fill("onzin")
    form.get_by_text("Geen enkele pagina heeft dit in haar naam.").wait_for()
    form.get_by_role("button", name="Maak link").click()
    form.get_by_role("alert").get_by_text("Kies een pagina uit de lijst").wait_for()
    link_field(form).fill("info@example.org")
    form.get_by_role("button", name="Maak link").click()
    form.get_by_role("dialog").wait_for(state="hidden")
    assert save(form, theme).body_nl == '<p><a href="mailto:info@example.org">woord</a></p>'
    text(form).get_by_text("woord").click()
    button(form, "Link").click()
    form.get_by_role("button", name="Verwijder link").click()
    form.get_by_role("dialog").wait_for(state="hidden")
    assert save(form, theme).body_nl == "<p>woord</p>"


def test_without_a_selection_the_name_of_the_page_becomes_the_words(form, theme):
    text(form).focus()
    button(form, "Link").click()
    link_field(form).fill("dorine")
    form.get_by_role("dialog").get_by_role("option").first.click()
    form.get_by_role("button", name="Maak link").click()
    form.get_by_role("dialog").wait_for(state="hidden")
    form.keyboard.type(" weet het.")
    body = save(form, theme).body_nl
    assert body.startswith('<p><a href="page:staff.staffmember/')
    assert body.endswith(">Dorine Sioen</a> weet het.</p>")


def test_a_table_is_made_and_left_with_the_keyboard(form, theme):
    text(form).focus()
    button(form, "Tabel").click()
    for number in range(9):
        form.keyboard.type(f"c{number}")
        form.keyboard.press("Tab" if number < 8 else "Escape")
    form.keyboard.press("Tab")
    assert not text(form).evaluate("element => element.contains(document.activeElement)")
    body = save(form, theme).body_nl
    assert body.count("<th>") == 3
    assert body.count("<tr>") == 3
    assert "c8" in body


def test_the_bar_is_one_stop_and_arrows_move_in_it(form):
    text(form).focus()
    form.keyboard.press("Alt+F10")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert form.evaluate(focused) == "Kop"
    form.keyboard.press("ArrowRight")
    assert form.evaluate(focused) == "Kleinere kop"
    form.keyboard.press("ArrowLeft")
    form.keyboard.press("ArrowLeft")
    assert form.evaluate(focused) == "Opnieuw"
    bar = button(form, "Kop").locator("xpath=ancestor::*[@role='toolbar']")
    assert bar.locator("button[tabindex='0']").count() == 1
    form.keyboard.press("Escape")
    assert text(form).evaluate("element => element === document.activeElement")


def test_buttons_say_what_holds_at_the_cursor_and_each_text_says_its_language(form):
    text(form).focus()
    form.keyboard.type("Kop")
    button(form, "Kop").click()
    assert button(form, "Kop").get_attribute("aria-pressed") == "true"
    assert button(form, "Lijst").get_attribute("aria-disabled") == "true"
    form.keyboard.press("Enter")
    button(form, "Lijst").click()
    assert button(form, "Lijst").get_attribute("aria-pressed") == "true"
    for language, tab in (("nl", "Nederlands"), ("fr", "Français"), ("en", "English")):
        form.get_by_role("tab", name=tab).click()
        assert text(form, language).get_attribute("lang") == language


def test_the_label_and_a_link_to_the_field_lead_to_the_editor(form):
    form.get_by_role("tab", name="Français").click()
    form.locator("label[for='id_body_fr']").click()
    assert text(form, "fr").evaluate("element => element === document.activeElement")
    form.evaluate("location.hash = '#id_body_en'")
    form.locator(".ProseMirror-focused[lang=en]").wait_for()


@pytest.mark.parametrize("width", [320, 390])
def test_the_editor_fits_on_a_phone(form, width):
    form.set_viewport_size({"width": width, "height": 700})
    button(form, "Tabel").click()
    editor = form.locator(".prose-editor", has=form.locator("#id_body_nl"))
    box = editor.bounding_box()
    assert box["x"] + box["width"] <= width
    for name in ("Vet", "Voeg een rij toe"):
        size = button(form, name).bounding_box()
        assert size["width"] >= 24
        assert size["height"] >= 24
        assert size["x"] + size["width"] <= width


def test_a_wide_table_scrolls_in_its_own_box_also_with_the_keyboard(page, theme):
    cells = "".join(f"<td><p>Gemeente {number}</p></td>" for number in range(8))
    theme.body_nl = f"<p>Zie:</p><table><tr>{cells}</tr></table>"
    theme.save()
    publish(theme, None)
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(theme.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    box = page.get_by_role("region", name="Tabel")
    box.evaluate("element => { element.scrolls = new Promise(done => element.addEventListener('scroll', done)) }")
    box.focus()
    page.keyboard.press("ArrowRight")
    assert box.evaluate("element => element.scrolls.then(() => element.scrollLeft)") > 0


NOTED = "<p>Een weg<small>Decreet van <em>5 mei</em>.</small><small>Zie bijlage.</small> en een spoor.</p>"


def test_footnotes_stay_two_and_whole_when_a_text_is_opened_and_saved(page, theme):
    theme.body_nl = NOTED
    theme.save()
    user = staff_user("dorine", password="een lang wachtwoord")
    user.groups.add(Group.objects.get(name=SECRETARIAT))
    sign_in(page, "dorine", f"/admin/priorities/theme/{theme.pk}/change/")
    page.get_by_role("toolbar").first.wait_for()
    to_the_end(page)
    page.keyboard.type("!")
    assert save(page, theme).body_nl == NOTED.replace("spoor.", "spoor.!")


def test_a_selection_becomes_a_footnote_and_text_again(form, theme):
    text(form).evaluate(PASTE, "<p>Een weg</p>")
    to_the_end(form)
    for _letter in "weg":
        form.keyboard.press("Shift+ArrowLeft")
    button(form, "Voetnoot").click()
    assert text(form).locator("small").inner_text() == "weg"
    button(form, "Voetnoot").click()
    assert text(form).locator("small").count() == 0


def test_a_new_footnote_is_typed_where_the_cursor_is_and_text_goes_on_after_it(form, theme):
    text(form).evaluate(PASTE, "<p>Een weg</p>")
    to_the_end(form)
    button(form, "Voetnoot").click()
    form.keyboard.type("Decreet")
    form.keyboard.press("ArrowLeft")
    form.keyboard.press("ArrowRight")
    form.keyboard.type(" en")
    assert save(form, theme).body_nl.endswith("<p>Een weg<small>Decreet</small> en</p>")


def test_small_print_of_another_page_is_no_footnote(form, theme):
    text(form).evaluate(PASTE, "<p>Een <small>kleine</small> weg</p>")
    assert "<small>" not in save(form, theme).body_nl

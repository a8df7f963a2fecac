from publishing.contributions.sections import PageSection, sections, with_boxes

PAGE = """<html><header><h2>Menu</h2></header><main id="inhoud"><p>Vooraf.</p>
<div><h1>Wa<span lang="fr">ter</span></h1><p class="lead">Eén zin. En nog één! Is dat &amp; alles?</p></div>
<style>h2 { color: red }</style><nav><h2 id="contents">Inhoud</h2><ol><li>Leefmilieu</li></ol></nav>
<svg><title>Kaart</title></svg>
<section><h2 id="x">Leef\u00admilieu</h2><ul><li>Punt een</li><li>Punt twee</li></ul></section></main>
<footer><h2>Voet</h2></footer></html>"""


def test_a_page_falls_apart_at_its_headings():
    assert sections(PAGE) == [
        PageSection(1, "Water", ("Eén zin.", "En nog één!", "Is dat & alles?")),
        PageSection(2, "Leefmilieu", ("Punt een", "Punt twee")),
    ]


def test_each_box_stands_below_its_heading_and_nothing_else_changes():
    html = with_boxes(PAGE, lambda section: f"[{section.number}]")
    assert "</h1>[1]<p" in html
    assert "</h2>[2]<ul>" in html
    assert html.replace("[1]", "").replace("[2]", "") == PAGE


def test_a_page_without_a_main_part_stays_as_it_is():
    assert sections("<p>x</p>") == []
    assert with_boxes("<p>x</p>", lambda section: "!") == "<p>x</p>"

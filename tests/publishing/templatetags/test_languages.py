from django.utils.translation import override

from publishing.templatetags.languages import breakable
from tests.publishing.i18n.test_languages import page, render


def test_fallen_back_text_says_its_language_and_is_escaped():
    with override("fr"):
        html = render('{% text page "title" %}', page=page(title_nl="Wie <wat>"))
    assert html == '<span lang="nl">Wie &lt;wat&gt;</span>'


def test_text_in_the_readers_language_has_no_wrapper():
    with override("fr"):
        assert render('{% text page "title" %}', page=page(title_fr="Bonjour")) == "Bonjour"


def test_rich_text_and_attributes_say_their_language_too():
    with override("fr"):
        assert render('{% rich page "body" %}', page=page(body_nl="<p>Ja</p>")) == '<div lang="nl"><p>Ja</p></div>'
        assert render('<img{% lang_attr page "title" %}>', page=page(title_nl="x")) == '<img lang="nl">'
        assert render('<img{% lang_attr page "title" %}>', page=page(title_fr="x")) == "<img>"


def test_soft_hyphens_are_put_in_while_rendering_only():
    with override("nl"):
        html = render('{% text page "title" soft=True %}', page=page(title_nl="tewerkstellingsbeleid"))
        assert html == "tewerk|stellings|beleid".replace("|", "\N{SOFT HYPHEN}")
        html = render('{% text page "title" soft=True %}', page=page(title_nl="Dit is <b>kort</b>"))
    assert html == "Dit is &lt;b&gt;kort&lt;/b&gt;"


def test_the_notice_comes_once_and_first_and_only_when_something_fell_back():
    source = '{% language_notice %}{% text page "title" %}{% text page "title" %}{% endlanguage_notice %}'
    with override("fr"):
        html = render(source, page=page(title_nl="Privacy"))
        assert html.count("néerlandais") == 1
        assert html.index("néerlandais") < html.index("Privacy")
        assert render(source, page=page(title_fr="Vie")) == "VieVie"


def test_a_number_stays_on_the_line_of_its_word_and_what_is_stored_stays_as_it_is():
    stored = page(
        title_fr="Les 18 communes, 118 communes et 18 vaches",
        body_fr="<p>(WCAG) 2.2, 18 gemeenten, 18 Westhoek municipalities</p>",
    )
    with override("fr"):
        assert render('{% text page "title" %}', page=stored) == "Les 18\xa0communes, 118 communes et 18 vaches"
        assert render('{% rich page "body" %}', page=stored) == (
            "<p>(WCAG)\xa02.2, 18\xa0gemeenten, 18\xa0Westhoek municipalities</p>"
        )
        assert render('{% plain page "title" %}', page=stored) == stored.title_fr


def test_a_place_with_a_hyphen_is_not_broken_there_in_a_sentence():
    stored = page(title_nl="In West-Vlaanderen, ex-leden & Jan-met-de-pet")
    with override("nl"):
        shown = render('{% text page "title" %}', page=stored)
    assert shown == 'In <span class="nobr">West-Vlaanderen</span>, ex-leden &amp; Jan-met-de-pet'


def test_an_email_address_breaks_after_its_signs_and_says_what_it_is():
    assert breakable("a.b@c<d") == "a.<wbr>b@<wbr>c&lt;d"


def test_a_short_name_with_a_hyphen_is_not_broken_there_and_a_long_one_may_be():
    from publishing.templatetags.languages import unbroken

    assert unbroken("POM West-Vlaanderen") == 'POM <span class="nobr">West-Vlaanderen</span>'
    assert unbroken("Demonstratie-organisatie 1") == "Demonstratie-organisatie 1"
    assert unbroken("A & B-C") == 'A &amp; <span class="nobr">B-C</span>'

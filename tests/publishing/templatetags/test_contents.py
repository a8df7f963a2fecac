from django.utils.translation import override

from publishing.templatetags.contents import with_contents

TEXT = "<p>x</p><h2>Een &amp; twee</h2><h2>Een <em>&amp;</em> twee</h2><h2>Drie</h2>"


def test_a_long_text_has_links_to_its_headings_each_at_an_address_of_its_own():
    shown = with_contents(TEXT)
    assert '<nav class="on-this-page on-screen" aria-labelledby="contents">' in shown
    for number, words in enumerate(("een-twee", "een-twee", "drie"), start=1):
        assert f'<h2 id="{words}-{number}">' in shown
        assert f'<a href="#{words}-{number}">' in shown
    assert ">Een &amp; twee</a>" in shown


def test_headings_that_have_an_address_are_listed_too_and_the_list_of_the_text_itself_is_not_shown_beside_it():
    text = (
        '<nav class="contents on-screen" aria-labelledby="contents"><h2 id="contents">Inhoud</h2></nav>'
        '<h2>Een</h2><h2 id="s-twee">Twee<sup class="note"><a href="#note-1">1</a></sup></h2><h2 id="s-drie">Drie</h2>'
    )
    shown = with_contents(text)
    assert shown.count('id="contents"') == 1
    assert [each.split("</a>")[0] for each in shown.split('<a href="#')[1:]] == [
        'een-1">Een',
        's-twee">Twee',
        's-drie">Drie',
        'note-1">1',
    ]
    for address in ("een-1", "s-twee", "s-drie"):
        assert f'<h2 id="{address}">' in shown


def test_a_long_word_may_break_with_a_hyphen_in_the_list_and_in_the_heading():
    with override("nl"):
        shown = with_contents("<h2>Wie verantwoordelijk is</h2><h2>Twee</h2><h2>Drie</h2>")
    assert shown.count("verant\xadwoor\xadde\xadlijk") == 2
    assert 'href="#wie-verantwoordelijk-is-1"' in shown


def test_a_short_text_and_one_in_two_languages_stay_as_they_are():
    assert with_contents("<h2>Een</h2><h2>Twee</h2>") == "<h2>Een</h2><h2>Twee</h2>"
    mixed = f'<div lang="nl">{TEXT}</div>'
    assert with_contents(mixed) == mixed

from publishing.templatetags.contents import with_contents

TEXT = "<p>x</p><h2>Een &amp; twee</h2><h2>Een <em>&amp;</em> twee</h2><h2>Drie</h2>"


def test_a_long_text_has_links_to_its_headings_each_at_an_address_of_its_own():
    shown = with_contents(TEXT)
    assert '<nav class="contents on-screen" aria-labelledby="contents">' in shown
    for number, words in enumerate(("een-twee", "een-twee", "drie"), start=1):
        assert f'<h2 id="{words}-{number}">' in shown
        assert f'<a href="#{words}-{number}">' in shown
    assert ">Een &amp; twee</a>" in shown


def test_a_short_text_and_one_in_two_languages_stay_as_they_are():
    assert with_contents("<h2>Een</h2><h2>Twee</h2>") == "<h2>Een</h2><h2>Twee</h2>"
    mixed = f'<div lang="nl">{TEXT}</div>'
    assert with_contents(mixed) == mixed

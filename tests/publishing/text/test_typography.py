import pytest

from publishing.text.typography import set_right, set_right_in_html


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("nl", "'Stedelijke motor' en 'tewerkstelling'", "‘Stedelijke motor’ en ‘tewerkstelling’"),
        ("nl", "Stafmedewerker : projectmanager", "Stafmedewerker: projectmanager"),
        ("nl", "actuele thema's:", "actuele thema’s:"),
        ("nl", "'s avonds in 't veld, 'n 's' en 's-Gravenhage", "’s avonds in ’t veld, ’n ‘s’ en ’s-Gravenhage"),
        ("nl", 'hij zei "ja"', "hij zei “ja”"),
        ("en", "the reader's 'voice'", "the reader’s ‘voice’"),
        ("fr", 'l\'avis "officiel"', "l’avis «\xa0officiel\xa0»"),
        ("fr", "Joignable : mardi ; où ? Ici !", "Joignable\xa0: mardi\u202f; où\u202f? Ici\u202f!"),
        ("fr", "Joignable\u202f: «\u202fmardi\u202f»", "Joignable\xa0: «\xa0mardi\xa0»"),
        ("fr", "Attention! Le but: agir; et après?", "Attention\u202f! Le but\xa0: agir\u202f; et après\u202f?"),
        ("fr", "à 10:30, page:abc, C:\\x, ?!, 50%: oui", "à 10:30, page:abc, C:\\x, ?!, 50%\xa0: oui"),
        ("fr", "info@x.be: https://x.be/a?b=c; ici", "info@x.be: https://x.be/a?b=c; ici"),
        ("nl", "om 10:30, 5' lang; 6 : 3", "om 10:30, 5' lang; 6: 3"),
        ("nl", "zie https://x.be/a'b?c='d' nu", "zie https://x.be/a'b?c='d' nu"),
        ("nl", "o'neil@example.org", "o'neil@example.org"),
        ("nl", "'ja' (@o'neil@mast.example) of o'neil@x.be.", "‘ja’ (@o'neil@mast.example) of o'neil@x.be."),
        ("nl", "'" + "a@" * 9_000, "'" + "a@" * 9_000),  # in no time
        ("fr", 'un "mot" : oui', "un «\xa0mot\xa0»\xa0: oui"),
        ("de", "'so' : nicht", "'so' : nicht"),
        ("nl", "om 19.30 uur, 3 uur lang, 3 uurtjes", "om 19.30\xa0uur, 3\xa0uur lang, 3 uurtjes"),
        ("fr", "à 19 h 30, 2 h plus tard, 3 hommes", "à 19\xa0h\xa030, 2\xa0h plus tard, 3 hommes"),
        ("nl", "op 2 september 2026, 12 meisjes, 3 mei", "op 2\xa0september 2026, 12 meisjes, 3\xa0mei"),
        ("fr", "le 1er mars ou le 11 avril", "le 1er\xa0mars ou le 11\xa0avril"),
        ("en", "on 1 May 2026, in May 2026, 5 Mayors", "on 1\xa0May 2026, in May 2026, 5 Mayors"),
        ("nl", "zie advies 2026-02 en 2026-03", "zie advies\xa02026\u201102 en 2026-03"),
        ("en", "Opinion 2026-12 at 19:30", "Opinion\xa02026\u201112 at 19:30"),
    ],
)
def test_what_was_typed_is_set_as_the_language_wants(language, typed, shown):
    assert set_right(typed, language) == shown
    assert set_right(shown, language) == shown


def test_markup_and_code_stay_as_they_are():
    html = """<p><a href="/a'b" title='x : y'>thema's</a> <code>'a' : b</code> &amp; 'c'</p>"""
    expected = """<p><a href="/a'b" title='x : y'>thema’s</a> <code>'a' : b</code> &amp; ‘c’</p>"""
    assert set_right_in_html(html, "nl") == expected


def test_a_sign_after_a_tag_is_set_right_too():
    assert set_right_in_html("<b>Let op</b> : nu", "nl") == "<b>Let op</b>: nu"
    assert set_right_in_html("<b>Attention</b> : ici&nbsp;! R&amp;D; x", "fr") == (
        "<b>Attention</b>\xa0: ici&nbsp;! R&amp;D\u202f; x"
    )

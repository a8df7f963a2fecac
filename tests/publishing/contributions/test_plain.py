import pytest

from publishing.content.sanitising import sanitised
from publishing.contributions.plain import from_plain, to_plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>Eén.</p>", "Eén."),
        ("<p>Eén<br>twee</p><p>Drie &amp; vier</p>", "Eén\ntwee\n\nDrie & vier"),
        ("<h2>Kop</h2><p>Tekst</p><h3>Klein</h3>", "# Kop\n\nTekst\n\n## Klein"),
        ("<p>Voor:</p><ul><li><p>een</p></li><li><p>twee</p></li></ul><p>Na</p>", "Voor:\n\n- een\n- twee\n\nNa"),
    ],
)
def test_simple_rich_text_goes_there_and_back(html, text):
    assert to_plain(html) == text
    assert to_plain(from_plain(text)) == text
    assert sanitised(from_plain(text)) == html


def test_what_is_typed_is_never_markup():
    assert from_plain("<script>alert(1)</script>\r\n\r\n# <b>") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><h2>&lt;b&gt;</h2>"
    )


def test_a_list_right_below_a_line_is_a_list():
    assert from_plain("Voor:\n- een\n- twee\nNa") == (
        "<p>Voor:</p><ul><li><p>een</p></li><li><p>twee</p></li></ul><p>Na</p>"
    )

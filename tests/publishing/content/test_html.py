import pytest

from publishing.content.html import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("Gewoon", "Gewoon"),
        ("<p>Een</p><p>Twee<br>drie</p>", "Een\nTwee\ndrie\n"),
        ("<ul><li><p>Een</p></li></ul>", "Een\n\n"),
        ("<table><tr><th>A</th><td>B</td></tr></table>", "A\nB\n"),
        ("<h2>Kop</h2><p>In <strong>één</strong>woord</p>", "Kop\nIn éénwoord\n"),
        ('<p>10<sup>6</sup> &amp; CO<sub>2</sub> <a href="https://a.be/?b=1&amp;c">hier</a></p>', "10⁶ & CO₂ hier\n"),
        ("<p>&nbsp;</p>", "\u00a0\n"),
        ("&lt;b&gt;", "<b>"),
    ],
)
def test_rich_text_is_read_as_lines_without_markup(html, text):
    assert to_text(html) == text

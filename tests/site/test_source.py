"""Everything the site says starts from one source text, and none of it is lost."""

from pathlib import Path

import pytest

from publishing.text.typography import set_right
from tests.site.crawl import crawl, words

SOURCE = Path(__file__).parent / "source.nl.txt"  # a copy of the text that RESOC gave


@pytest.mark.django_db
def test_every_line_of_the_source_stands_on_the_dutch_site(client):
    pages = {address: html for address, html in crawl(client).items() if not address.startswith(("/fr/", "/en/"))}
    everything = squeeze(" ".join(words(html) for html in pages.values()))
    lines = [line.strip().lstrip("•").strip() for line in SOURCE.read_text().splitlines()]
    missing = [
        line
        for line in lines
        if line and line != "20161109beeld16" and squeeze(set_right(line, "nl")) not in everything
    ]
    assert missing == []
    assert 'data-picture="20161109beeld16"' in pages["/"]


def squeeze(text: str) -> str:
    """Telephone numbers are grouped as people write them, so spaces do not count."""
    return "".join(text.split())

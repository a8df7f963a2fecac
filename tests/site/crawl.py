"""Every address that a visitor can reach from the three home pages."""

import re
from html import unescape

from django.test import Client

START = ["/", "/fr/", "/en/"]


def crawl(client: Client) -> dict[str, str]:
    """The addresses found by following links, each with its HTML; every one answers 200."""
    todo, seen, pages = list(START), set(), {}
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        if not response.headers["Content-Type"].startswith("text/html"):
            response.getvalue()  # read to its end, a file is closed
            continue  # a feed, a card or a document: has tests of its own
        pages[address] = response.content.decode()
        links = re.findall(r'<a\b[^>]*?href="(/[^"#]*)', pages[address])
        todo += [unescape(link) for link in links]
    return pages


def words(html: str) -> str:
    """What a reader reads: without markup, soft hyphens and line breaks."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", "", body)).replace("\N{SOFT HYPHEN}", "")
    return " ".join(text.split())

"""Rich text as somebody types it without the editor, and back: headings, lists and paragraphs, and nothing else."""

import re
from html import escape

from publishing.content.html import to_text

MARKS = {"h2": "# ", "h3": "## ", "li": "- "}
OPENED = re.compile(r"<(h2|h3|li)(?:\s[^>]*)?>\s*(?:<p>)?")
BREAK = re.compile(r"<br\s*/?>")
END = re.compile(r"</(?:p|h2|h3|ul|ol|blockquote|tr)>")


def to_plain(html: str) -> str:
    """Sanitised `html` as lines: `# ` before a heading, `- ` before an item, an empty line between paragraphs."""
    text = BREAK.sub("\n", html)
    text = OPENED.sub(lambda tag: f"\n{MARKS[tag[1]]}", text)
    lines = [line.strip() for line in to_text(END.sub("\n\n", text)).splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text)


def from_plain(text: str) -> str:
    """The HTML of such lines, not sanitised yet."""
    html: list[str] = []
    items: list[str] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        words: list[str] = []
        for line in block.split("\n"):
            kind = next((tag for tag, mark in MARKS.items() if line.startswith(mark)), "")
            said = escape(line.removeprefix(MARKS.get(kind, "")).strip(), quote=False)
            if kind == "li":
                html += _paragraph(words)
                words, items = [], [*items, f"<li><p>{said}</p></li>"]
                continue
            html += _list(items)
            items = []
            if kind:
                html += [*_paragraph(words), f"<{kind}>{said}</{kind}>"]
                words = []
            elif said:
                words.append(said)
        html += _paragraph(words)
    return "".join([*html, *_list(items)])


def _paragraph(lines: list[str]) -> list[str]:
    return [f"<p>{'<br>'.join(lines)}</p>"] if lines else []


def _list(items: list[str]) -> list[str]:
    return [f"<ul>{''.join(items)}</ul>"] if items else []

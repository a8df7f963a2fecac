"""What a machine can judge of accessibility on one page (axe-core)."""

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Reading each sheet again took half of the time. Only a rule about turned screens asks for that, which is an experiment
# of axe and has never been among those that are run; that of films and sound asks for the files that a page plays.
READ_FIRST = {"assets": ["media"]}
AA = {"runOnly": [*TAGS, "best-practice"], "rules": {"target-size": {"enabled": True}}}


def violations(page: Any, options: dict[str, Any] | None = None, part: str = "") -> list[tuple[str, list[str]]]:
    """The rules that `page` (a page of Playwright) breaks, or what a selector names as `part` of it.

    Each comes with the HTML of at most three elements. `options` are those of `axe.run`, by default `AA`. Only
    violations are asked for: what is well is much more to write down, and to read.
    """
    asked = [
        part or None,
        (AA if options is None else options) | {"resultTypes": ["violations"], "preload": READ_FIRST},
    ]
    arguments = ", ".join(json.dumps(each) for each in asked if each)
    page.evaluate("typeof axe === 'undefined'") and page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"""async () => (await axe.run({arguments})).violations.map(
        each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 150))])""")
    return [(rule, elements) for rule, elements in found]

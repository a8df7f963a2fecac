"""Numbers that come back from a browser."""

import re


def parse_int(text: str) -> int:
    """The number that `text` writes in digits; 0 when it writes none, or one that no database keeps."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0

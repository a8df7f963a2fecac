"""A Word file (.docx) as rich text: `convert` is the one way in.

`package` opens what nobody may trust; `styles`, `numbers` and `grounds` tell what words look like in
Word; `reading` writes down only what a reader of the document sees, and what was left out; `output` has mammoth make
HTML of that; `blocks` are what they share. Nothing else of the file goes further: no comment, no name of an
author, no picture.

Not the editor or the desk, which show it: nothing here saves anything.
"""

from publishing.content.word.output import Converted, convert
from publishing.content.word.package import MAX_FILE, NO_WORD_FILE, RefusedError, too_large

__all__ = ["MAX_FILE", "NO_WORD_FILE", "Converted", "RefusedError", "convert", "too_large"]

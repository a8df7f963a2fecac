"""The admin of publishable content: saving is never publishing.

Not the admin of the site as a whole: that is `operations.admin`. Begin with `publishable.PublishableAdmin`.
"""

from publishing.admin.history.bin import BinAdmin
from publishing.admin.publishable import Button, ChildInline, FieldsMixin, Press, PublishableAdmin

__all__ = ["BinAdmin", "Button", "ChildInline", "FieldsMixin", "Press", "PublishableAdmin"]

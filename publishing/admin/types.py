"""Types of the desk: Django's generic classes without arguments, which Python can't subscript.

Apart from `publishing.types`, because a worker that serves visitors loads nothing of the admin.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.forms import BaseInlineFormSet

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyBaseModelAdmin = BaseModelAdmin[Any]
    AnyStackedInline = admin.StackedInline[Any, Any]
    AnyInlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    AnyModelAdmin, AnyBaseModelAdmin = admin.ModelAdmin, BaseModelAdmin
    AnyStackedInline, AnyInlineFormSet = admin.StackedInline, BaseInlineFormSet

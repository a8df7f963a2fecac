"""The admin as a whole."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.site_header = "RESOC Westhoek"
admin.site.site_title = "RESOC Westhoek"
admin.site.index_title = _("What do you want to change?")

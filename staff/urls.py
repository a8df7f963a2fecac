"""The addresses of the contact page and of each card."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from staff.cards.views import StaffMemberView, VCardView, all_vcards, contact

urlpatterns = [
    path(_("contact/"), contact, name="contact"),
    path(_("contact/resoc-westhoek.vcf"), all_vcards, name="staff_vcards"),
    path(_("contact/<slug:slug>.vcf"), VCardView.as_view(), name="staff_vcard"),
    path(_("contact/<slug:slug>/"), StaffMemberView.as_view(), name="staff_detail"),
]

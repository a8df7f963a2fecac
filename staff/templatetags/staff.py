"""Template tags of staff cards."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from staff.cards import vcards
from staff.models import StaffMember

register = template.Library()


@register.simple_tag
def qr_code(member: StaffMember) -> SafeString:
    """The card as inline SVG, made of squares only."""
    return mark_safe(vcards.qr_code(member))  # noqa: S308

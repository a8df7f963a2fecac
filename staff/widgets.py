"""Widgets of forms about people."""

from typing import Any

from phonenumber_field.widgets import RegionalPhoneNumberWidget


class PhoneInput(RegionalPhoneNumberWidget):
    """A number as people here write it; one that was typed stays as it was typed, also when it is wrong."""

    def format_value(self, value: Any) -> Any:
        return value if isinstance(value, str) and not value.startswith("+32") else super().format_value(value)

"""Path converters: one number has one address."""

from django.urls import register_converter


class Number:
    """A whole number as we write it: from 1, without leading zeros, and of no more digits than a database keeps."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Number, "number")

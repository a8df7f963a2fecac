"""The current request, for the log and the log of events."""

from contextvars import ContextVar

from django.http import HttpRequest

# The request that this thread handles now.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)

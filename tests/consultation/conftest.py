import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache

from tests.conftest import free_port
from tests.publishing.operations.test_mail import Box, Choosy


@pytest.fixture
def port(settings) -> int:
    """Mail waits in the queue, for a server at this port."""
    settings.EMAIL_BACKEND = "publishing.operations.mail.Queue"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    cache.clear()
    return settings.EMAIL_PORT


@pytest.fixture
def server(port):
    """A mail server that takes everything."""
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler
    controller.stop()


@pytest.fixture
def refusing(port):
    """A mail server that knows nobody."""
    controller = Controller(Choosy(RCPT="550 5.1.1 no such user"), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler
    controller.stop()

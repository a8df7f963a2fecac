import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from publishing.models import LinkCheck
from publishing.operations import link_check, safe_http
from tests.publishing.operations.test_link_check import link, show

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(link_check, "PAUSE", 0)


def test_the_command_shows_its_progress_and_ends_with_an_error_when_a_link_is_dead(neighbour, text_page, theme):
    show(text_page, body_nl="".join(link(neighbour(f"/page/{number}")) for number in range(12)))
    out = StringIO()
    call_command("check_links", stdout=out)
    assert "10 of 12 addresses" in out.getvalue()
    assert "12 of 12 addresses" in out.getvalue()
    show(theme, url=neighbour("/404"))
    with translation.override("en"), pytest.raises(CommandError, match="1 links lead nowhere"):
        call_command("check_links", stdout=out)
    assert f"website: {neighbour('/404')}" in out.getvalue().lower()


def test_the_command_says_that_there_is_no_network(text_page, monkeypatch):
    def no_network(*args, **kwargs):
        raise socket.gaierror(socket.EAI_AGAIN, "no network")

    show(text_page, body_nl=link("https://a.example/"))
    monkeypatch.setattr(safe_http.socket, "getaddrinfo", no_network)
    with pytest.raises(CommandError, match="No other site could be reached"):
        call_command("check_links", stdout=StringIO())
    assert not LinkCheck.objects.filter(good_at__isnull=False).exists()

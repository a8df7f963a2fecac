import pytest
from django.urls import NoReverseMatch
from django.utils import translation

from pages.models import MissionPage
from priorities.models import Theme
from publishing.i18n.urls import absolute, address, desk_address


@pytest.mark.parametrize(("language", "path"), [("nl", "/contact/"), ("fr", "/fr/contact/"), ("en", "/en/contact/")])
def test_a_page_has_an_address_in_each_language_whatever_is_spoken(language, path):
    for spoken in ("nl", "fr", "en"):
        with translation.override(spoken):
            assert address(language, "contact") == path


def test_a_page_that_does_not_exist_has_no_address():
    with pytest.raises(NoReverseMatch):
        address("nl", "nowhere")


def test_others_read_the_address_of_the_site_or_the_host_that_was_asked(rf, settings):
    settings.SITE_URL = ""
    assert absolute(rf.get("/"), "/x/") == "http://testserver/x/"
    settings.SITE_URL = "https://www.example.org"
    assert absolute(rf.get("/"), "/x/") == "https://www.example.org/x/"


def test_the_desk_has_pages_of_a_model_and_of_an_object():
    assert desk_address(Theme, "changelist") == "/admin/priorities/theme/"
    assert desk_address(Theme(pk=7)) == desk_address(Theme, pk=7) == "/admin/priorities/theme/7/change/"
    assert desk_address(Theme(pk=7), "history") == "/admin/priorities/theme/7/history/"
    with pytest.raises(NoReverseMatch):
        desk_address(MissionPage, "nowhere")

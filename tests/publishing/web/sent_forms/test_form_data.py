from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from publishing.web.sent_forms import form_data


def test_what_came_is_changed_in_a_copy():
    request = RequestFactory().post("/", {"title": "Een"})
    came = request.POST
    form_data.editable(request)["title"] = "Twee"
    assert (request.POST["title"], came["title"]) == ("Twee", "Een")


def test_files_can_be_left_out_and_texts_stay():
    file = SimpleUploadedFile("a.txt", b"a")
    request = RequestFactory().post("/", {"title": "Een", "file": file})
    assert list(request.FILES) == ["file"]
    form_data.drop_files(request)
    assert (list(request.FILES), request.POST["title"]) == ([], "Een")


def test_publishing_and_planning_are_asked_for_by_their_buttons_alone():
    assert form_data.asks_to_publish({form_data.PUBLISH: "1"})
    assert form_data.asks_to_publish({form_data.SCHEDULE: "1"})
    assert not form_data.asks_to_publish({form_data.WITHDRAW: "1", "_save": "1"})

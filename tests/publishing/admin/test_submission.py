from django.test import RequestFactory

from publishing.admin.submission import Submission, submission


def test_a_request_has_one_submission_of_its_own():
    request, other = RequestFactory().get("/"), RequestFactory().get("/")
    submission(request).digest = "abc"
    submission(request).rows_added["roles-0"] = 5
    assert submission(request) == Submission(digest="abc", rows_added={"roles-0": 5})
    assert submission(other) == Submission()

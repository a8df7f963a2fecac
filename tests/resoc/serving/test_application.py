import pytest

from bench import worker_header
from resoc.serving.application import CachingApplication
from resoc.wsgi import application, django_application
from tests.resoc.serving import tiny


@pytest.mark.parametrize("each", [application, worker_header.application, tiny.application])
def test_whatever_gunicorn_serves_has_what_worker_and_hooks_call(each):
    assert isinstance(each, CachingApplication)


def test_django_alone_does_not():
    assert not isinstance(django_application, CachingApplication)

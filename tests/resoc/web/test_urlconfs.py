import pytest
from django.urls import NoReverseMatch, reverse, set_urlconf

from resoc import urls, visitor_urls

pytestmark = pytest.mark.django_db


def test_visitors_reach_their_pages_and_nothing_for_users(client):
    assert client.get("/fr/contact/").status_code == 200
    assert client.get("/nergens/").status_code == 404
    assert client.get("/").wsgi_request.urlconf == "resoc.visitor_urls"
    set_urlconf("resoc.visitor_urls")
    try:
        assert reverse("home") == "/"
        with pytest.raises(NoReverseMatch):
            reverse("account_login")
    finally:
        set_urlconf(None)


def test_who_is_signed_in_sees_the_same_pages_with_the_ways_to_edit_them(editor_client):
    response = editor_client.get("/")
    assert not hasattr(response.wsgi_request, "urlconf")
    assert "/admin/" in response.content.decode()


@pytest.mark.parametrize("path", ["/admin", "/account/login", "/mijn-kaart"])
def test_who_forgets_the_slash_is_led_to_where_users_go(client, path):
    assert client.get(path).headers["Location"].startswith(f"{path}/")


def test_faults_look_alike_for_visitors_and_users():
    for name in ("handler400", "handler404", "handler500"):
        assert getattr(urls, name) == getattr(visitor_urls, name)

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

pytestmark = pytest.mark.django_db


def test_a_lost_second_factor_is_forgotten_and_a_new_one_asked_for(editor, editor_client, capsys):
    call_command("forget_second_factor", "dorine")
    assert not Authenticator.objects.exists()
    assert editor_client.get("/admin/").headers["Location"].startswith("/admin/login/")  # it was signed out
    editor_client.force_login(editor)
    assert editor_client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/2fa/"


@pytest.mark.parametrize("has_one", [True, False])
def test_who_has_the_factor_forgotten_is_signed_out_and_told_also_when_there_was_none(
    editor, editor_client, mailoutbox, settings, has_one
):
    settings.SITE_URL = "https://www.example.org"
    User.objects.filter(pk=editor.pk).update(email="dorine@example.org")
    if not has_one:
        QuerySet(Authenticator).filter(user=editor)._raw_delete("default")  # without ending a session
    call_command("forget_second_factor", "dorine")
    assert editor_client.get("/account/sessions/").status_code == 302
    (mail,) = mailoutbox
    assert mail.to == ["dorine@example.org"]
    assert "Wie deze site beheert" in mail.body
    assert "https://www.example.org/account/login/" in mail.body


def test_an_account_that_does_not_exist_is_said():
    with pytest.raises(CommandError, match="niemand"):
        call_command("forget_second_factor", "niemand")

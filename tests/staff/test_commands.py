import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def test_a_lost_second_factor_is_forgotten_and_a_new_one_asked_for(editor, editor_client, capsys):
    call_command("forget_second_factor", "dorine")
    assert not Authenticator.objects.exists()
    assert editor_client.get("/admin/").headers["Location"].startswith("/admin/login/")  # it was signed out
    editor_client.force_login(editor)
    assert editor_client.get("/admin/", follow=True).redirect_chain[-1][0] == "/account/2fa/"


def test_an_account_that_does_not_exist_is_said():
    with pytest.raises(CommandError, match="niemand"):
        call_command("forget_second_factor", "niemand")

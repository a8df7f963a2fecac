import pytest
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse

from pages.models import Organisation
from priorities.models import Priority, Theme, Update
from publishing.models import Discarded, Revision
from publishing.workflow import publish, restore, withdraw
from staff.models import StaffMember
from tests.conftest import staff_user
from tests.desk import enter
from tests.publishing.admin.history.test_history_views import words
from tests.publishing.admin.test_publishable import address
from tests.updates import update_on

pytestmark = pytest.mark.django_db


def test_what_is_deleted_lies_in_the_bin_with_all_its_rows_and_comes_back_as_it_was(editor_client, editor):
    priority = Priority.objects.create(number=9, title_nl="Negen", slug_nl="negen")
    priority.partners.create(organisation=Organisation.objects.first())
    pk = priority.pk
    publish(priority, editor)
    withdraw(priority, editor, "Weg")
    priority.title_nl = "Negen, herwerkt"
    priority.save()
    editor_client.post(address(priority).replace("change/", "delete/"), {"post": "yes"})
    assert not Priority.objects.filter(pk=pk).exists()
    discarded = Discarded.objects.in_bin().get()
    assert (discarded.title, discarded.author) == ("Negen, herwerkt", editor)
    listed = words(editor_client.get(reverse("admin:publishing_discarded_changelist")))
    assert "Negen, herwerkt" in listed
    one = reverse("admin:publishing_discarded_change", args=[discarded.pk])
    assert "Negen, herwerkt" in words(editor_client.get(one))
    response = editor_client.post(one, follow=True)
    assert "Teruggezet als werkversie" in words(response)
    back = Priority.objects.get(pk=pk)
    assert (back.title_nl, back.partners.count(), back.revisions.count()) == ("Negen, herwerkt", 1, 2)
    assert not Discarded.objects.in_bin().exists()


def test_a_draft_that_was_never_published_comes_back_too(editor_client):
    update = Update.objects.create(title_nl="Alleen een kladje")
    update.delete()
    assert Discarded.objects.in_bin().get().author is None
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get().pk])
    editor_client.post(one)
    assert Update.objects.get().title_nl == "Alleen een kladje"


def test_the_account_of_a_colleague_comes_back_with_the_card_unless_somebody_else_has_it(colleague):
    for taken in (False, True):
        person = StaffMember.objects.create(name="Tijdelijk", user=colleague, needs_check_fr=True)
        person.delete()
        other = StaffMember.objects.create(name="Ander", user=colleague) if taken else None
        back = restore(Discarded.objects.first(), None)
        assert (back.user, back.needs_check_fr) == (None if taken else colleague, True)
        for each in filter(None, (back, other)):
            each.delete()


def test_the_bin_is_searched_in_every_language(editor_client):
    Update.objects.create(title_nl="Bericht", title_fr="Été prochain").delete()
    StaffMember.objects.create(name="Tijdelijke Kracht").delete()
    url = reverse("admin:publishing_discarded_changelist")
    for query, expected in (("té proch", "Bericht"), ("Kracht", "Tijdelijke Kracht")):
        assert [each.title for each in editor_client.get(url, {"q": query}).context["cl"].result_list] == [expected]


def test_the_navigation_counts_what_is_in_the_bin_and_not_what_came_back(editor_client):
    for _number in range(2):
        Update.objects.create(title_nl="Bericht").delete()
    restore(Discarded.objects.first(), None)
    [content, *_more] = editor_client.get("/admin/").context["app_list"]
    assert [model["count"] for model in content["models"] if model["object_name"] == "Discarded"] == [1]


def test_a_partner_that_was_deleted_meanwhile_is_said_before_and_after(editor_client):
    organisation = Organisation.objects.create(name="Tijdelijk")
    priority = Priority.objects.create(number=9, title_nl="Negen", slug_nl="negen")
    priority.partners.create(organisation=organisation)
    priority.delete()
    organisation.delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get(title="Negen").pk])
    assert "Partner: Organisatie" in words(editor_client.get(one))
    assert "sindsdien verwijderd: Partner: Organisatie" in words(editor_client.post(one, follow=True))
    assert Priority.objects.get(number=9).partners.get().organisation is None


def test_a_relation_that_was_deleted_meanwhile_is_left_empty_and_said(editor_client):
    theme = Theme.objects.create(title_nl="Onderwerp", slug_nl="onderwerp")
    update = update_on(theme, title_nl="Bericht")
    update.delete()
    theme.delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get(title="Bericht").pk])
    assert "sindsdien verwijderd: Onderwerp: Thema" in words(editor_client.post(one, follow=True))


def test_the_bin_shows_nobody_what_they_may_not_edit(client, colleague):
    Theme.objects.create(title_nl="Geheim kladje").delete()
    one = reverse("admin:publishing_discarded_change", args=[Discarded.objects.get().pk])
    client.force_login(colleague)
    assert client.post(one).status_code == 302
    enter(client, staff_user("bare"))
    assert client.get(reverse("admin:publishing_discarded_changelist")).status_code == 403
    assert client.post(one).status_code in (302, 403)
    assert not Theme.objects.filter(title_nl="Geheim kladje").exists()


def test_the_bin_is_not_emptied_by_hand(editor_client):
    Theme.objects.create(title_nl="Kladje").delete()
    url = reverse("admin:publishing_discarded_delete", args=[Discarded.objects.get().pk])
    assert editor_client.post(url, {"post": "yes"}).status_code == 403


def test_what_is_refused_to_be_deleted_is_not_put_in_the_bin(theme):
    with pytest.raises(ProtectedError), transaction.atomic():
        theme.delete()
    assert not Discarded.objects.exists()
    assert Revision.objects.of(theme).exists()


def test_an_empty_bin_says_so_and_counts_no_bins(editor_client):
    content = editor_client.get("/admin/publishing/discarded/").content.decode()
    assert "Hier ligt niets." in content
    assert "0 prullenbak" not in content
    assert "3 thema’s" in editor_client.get("/admin/priorities/theme/").content.decode()


def test_the_bin_names_people_as_people_do(editor_client, editor):
    editor.first_name, editor.last_name = "Dorine", "Sioen"
    editor.save()
    theme = Theme.objects.create(title_nl="Weg ermee")
    editor_client.post(reverse("admin:priorities_theme_delete", args=[theme.pk]), {"post": "yes"})
    assert "Dorine Sioen" in editor_client.get("/admin/publishing/discarded/").content.decode().split("<table")[1]

"""The page that erases for good."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from priorities.models import Document, Theme
from publishing.files.storage import StorageUnavailable
from publishing.models import Discarded, Draft, Event
from publishing.workflow import keep, publish
from tests.desk import enter, give_second_factor
from tests.publishing.secret import SECRET, publish_secret, saying, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_places")]


@pytest.fixture
def superuser(db) -> User:
    return User.objects.create_superuser("beheerder", password=None)


@pytest.fixture
def superclient(superuser) -> Client:
    client = Client()
    give_second_factor(superuser)
    enter(client, superuser)
    return client


def of(obj: Any, page: str) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{page}", args=[obj.pk])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_a_superuser_erases_a_version_after_reading_what_goes_and_what_remains(superclient, theme, editor, superuser):
    bad, good = publish_secret(theme, editor)
    history = text(superclient.get(of(theme, "history")))
    assert f"?version=r{bad.pk}" in history
    assert f"{of(theme, 'erase')}?version=r{good.pk}" not in history
    page = text(superclient.get(of(theme, "erase"), {"version": f"r{bad.pk}"}))
    for words in ("Wat voorgoed weggaat", "Wat blijft", "Reservekopieën"):
        assert words in page
    assert stored(bad).data
    response = superclient.post(of(theme, "erase"), {"version": f"r{bad.pk}", "sure": "1"}, follow=True)
    assert response.redirect_chain[-1][0] == of(theme, "history")
    assert "Voorgoed gewist." in text(response)
    assert stored(bad).data == {}
    assert Event.objects.get(kind=Event.Kind.ERASED).by == superuser


def test_an_erased_version_is_an_empty_line_that_leads_nowhere(superclient, theme, editor):
    bad, good = publish_secret(theme, editor)
    superclient.post(of(theme, "erase"), {"version": f"r{bad.pk}", "sure": "1"})
    html = superclient.get(of(theme, "history")).content.decode()
    assert "Gewist" in html
    assert f'"r{bad.pk}"' not in html
    assert SECRET not in html
    for page in ("compare", "restore", "erase"):
        asked = {"version": f"r{bad.pk}", "old": f"r{bad.pk}", "new": f"r{good.pk}"}
        assert superclient.get(of(theme, page), asked).status_code == 404
    assert superclient.post(of(theme, "restore"), {"version": f"r{bad.pk}"}).status_code == 404


def test_without_saying_that_one_is_sure_nothing_goes(superclient, theme, editor):
    bad, _good = publish_secret(theme, editor)
    response = superclient.post(of(theme, "erase"), {"version": f"r{bad.pk}"})
    assert response.status_code == 200
    assert stored(bad).data["body_nl"]


def test_an_editor_who_is_no_superuser_erases_nothing(editor_client, theme, editor):
    bad, _good = publish_secret(theme, editor)
    row = Theme.objects.create(title_nl="Weg")
    row.delete()
    discarded = Discarded.objects.in_bin()[0]
    addresses = (of(theme, "erase"), reverse("admin:publishing_discarded_erase", args=[discarded.pk]))
    for address in addresses:
        for call in (editor_client.get, editor_client.post):
            assert call(address, {"version": f"r{bad.pk}", "sure": "1"}).status_code == 403
    assert "erase/" not in editor_client.get(of(theme, "history")).content.decode()
    assert "erase/" not in editor_client.get(of(discarded, "change")).content.decode()
    assert stored(bad).data
    assert Discarded.objects.filter(pk=discarded.pk).exists()


def test_what_is_public_leads_back_with_a_sentence(superclient, theme, editor):
    _bad, good = publish_secret(theme, editor)
    response = superclient.get(of(theme, "erase"), {"version": f"r{good.pk}"}, follow=True)
    assert response.redirect_chain
    assert "Bezoekers lezen dit" in text(response)
    superclient.post(of(theme, "erase"), {"version": f"r{good.pk}", "sure": "1"})
    assert stored(good).data


@pytest.mark.parametrize("version", ["", "r", "r0", "x5", "r99999999999999999999", "d1", "working"])
def test_what_is_no_version_is_not_found(superclient, theme, version):
    assert superclient.get(of(theme, "erase"), {"version": version}).status_code == 404


def test_a_version_of_something_else_is_not_found(superclient, theme, editor):
    bad, _good = publish_secret(theme, editor)
    other = Theme.objects.exclude(pk=theme.pk)[0]
    assert superclient.get(of(other, "erase"), {"version": f"r{bad.pk}"}).status_code == 404


def test_a_kept_save_is_erased(superclient, theme, editor):
    draft: Any = keep(saying(theme, body_nl=f"<p>{SECRET}</p>"), editor)
    saying(theme, body_nl="<p>Niets</p>")
    superclient.post(of(theme, "erase"), {"version": f"s{draft.pk}", "sure": "1"})
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_something_in_the_bin_is_erased(superclient):
    row = Theme.objects.create(title_nl=SECRET)
    row.delete()
    discarded = Discarded.objects.in_bin()[0]
    assert "erase/" in superclient.get(of(discarded, "change")).content.decode()
    address = reverse("admin:publishing_discarded_erase", args=[discarded.pk])
    assert "Wat blijft" in text(superclient.get(address))
    response = superclient.post(address, {"sure": "1"}, follow=True)
    assert SECRET not in text(response)
    assert not Discarded.objects.exists()


@pytest.fixture
def replaced(editor) -> tuple[Document, str]:
    names = [default_storage.save(f"documents/{name} a+b.pdf", ContentFile(b"x")) for name in ("oud", "nieuw")]
    document = Document.objects.create(title_nl="Verslag", slug_nl="verslag-van-toen")
    for name in names:
        Document.objects.filter(pk=document.pk).update(file=name)
        document = Document.objects.get(pk=document.pk)
        publish(document, editor)
    return document, names[0]


def test_a_replaced_file_is_erased(superclient, replaced):
    document, name = replaced
    history = superclient.get(of(document, "history")).content.decode()
    link = next(part for part in history.split('"') if "?file=" in part)
    assert text(superclient.get(link)).count("oud") > 0
    superclient.post(of(document, "erase"), {"file": name, "sure": "1"})
    assert superclient.get(link).status_code == 404
    assert "?file=" not in superclient.get(of(document, "history")).content.decode()


def test_while_files_are_away_it_says_so_and_everything_stays(superclient, replaced, monkeypatch):
    document, name = replaced

    def away(*_args: Any) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(type(default_storage._wrapped), "exists", away)  # type: ignore[attr-defined]
    response = superclient.post(of(document, "erase"), {"file": name, "sure": "1"})
    assert "er is niets gebeurd" in text(response) or "niets gedaan" in text(response)
    monkeypatch.undo()
    assert default_storage.exists(name)
    assert not Event.objects.filter(kind=Event.Kind.ERASED).exists()

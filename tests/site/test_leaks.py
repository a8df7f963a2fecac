"""No draft reaches a visitor: not in a page, a header, a redirect or an error."""

import pytest
from django.apps import apps
from django.db import models

from priorities.models import Partner, Priority, PriorityDocument, Theme, ThemeDocument, Update, UpdateDocument
from publishing.models import Act, ActLine, Child, Draft, Publishable
from publishing.workflow import keep, look, record
from tests.site.crawl import START, crawl

pytestmark = pytest.mark.django_db

SECRET = "geheimwoord"  # noqa: S105  (not a password: a word that must not be found)
CONTENT = [model for model in apps.get_models() if issubclass(model, Publishable | Child)]


def fill_with_secrets() -> list[str]:
    """Put the secret in every field of every working row, add drafts, and give their slugs."""
    slugs = []
    for model in CONTENT:
        rows = list(model._base_manager.all())
        if model is Partner:
            rows.append(Partner(priority=Priority.objects.first()))
        if model is PriorityDocument:
            rows.append(PriorityDocument(priority=Priority.objects.first()))
        if model is ThemeDocument:
            rows.append(ThemeDocument(theme=Theme.objects.first()))
        if model is UpdateDocument:
            rows.append(UpdateDocument(update=Update.objects.first() or Update.objects.create()))
        if issubclass(model, Publishable):
            rows.append(model())
        for row in rows:
            for field in model._meta.concrete_fields:
                if isinstance(field, models.SlugField):
                    setattr(row, field.attname, f"{SECRET}-{len(slugs)}"[: field.max_length])
                    slugs.append(getattr(row, field.attname))
                elif isinstance(field, models.URLField):
                    setattr(row, field.attname, f"https://{SECRET}.example")
                elif isinstance(field, models.EmailField):
                    setattr(row, field.attname, f"{SECRET}@resoc.example")
                elif isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField):
                    if not field.choices:
                        setattr(row, field.attname, SECRET[: field.max_length])
                elif isinstance(field, models.FileField):
                    setattr(row, field.attname, f"{SECRET}.png")
                elif isinstance(field, models.IntegerField) and field.name in ("number", "position"):
                    setattr(row, field.attname, 999)
                elif isinstance(field, models.ForeignKey) and field.null and field.name != "user":
                    setattr(row, field.attname, field.related_model._base_manager.values_list("pk", flat=True).last())
            row.save()
    # What was saved is kept beside it, and what can be undone holds what stood there before.
    for model in CONTENT:
        if issubclass(model, Publishable):
            for row in model._base_manager.all():
                keep(row, None)
                before = look(model, row.pk)
                model._base_manager.filter(pk=row.pk).update(needs_check_fr=True)
                record(Act.Kind.RESTORED, None, [before])
    return slugs


def test_no_public_address_shows_a_word_of_any_working_copy(client):
    before = crawl(client)
    slugs = fill_with_secrets()
    after = crawl(client)
    assert after == before
    for address in [
        *before,
        "/sitemap.xml",
        "/robots.txt",
        "/feed/",
        "/contact/dorine-sioen.vcf",
    ]:
        response = client.get(address)
        assert SECRET not in str(response.headers)
        assert SECRET not in response.content.decode()
    for language, nothing in [("/zoeken/", "Niets gevonden"), ("/fr/recherche/", "Aucun"), ("/en/search/", "Nothing")]:
        assert nothing in client.get(language, {"q": SECRET}).content.decode()
    for slug in slugs:
        for path in ("", "prioriteiten/", "themas/", "contact/", "fr/themes/", "en/priorities/"):
            assert client.get(f"/{path}{slug}/").status_code == 404
    assert client.get(f"/media/{SECRET}.png").status_code == 404


def test_the_leak_test_has_something_that_could_leak(client):
    fill_with_secrets()
    for model in CONTENT:
        assert model._base_manager.exists(), model
    assert len(CONTENT) == 16
    assert all(SECRET in str(draft.data) for draft in Draft.objects.all())
    assert Draft.objects.count() > len(CONTENT)
    assert ActLine.objects.exists()


@pytest.mark.parametrize("address", START)
def test_visitors_get_no_cookie(client, address):
    assert not client.get(address).cookies


def test_published_state_is_what_editors_see_too(editor_client):
    fill_with_secrets()
    assert SECRET not in editor_client.get("/").content.decode()

"""A person with a card and an account, and pictures from telephones."""

import io

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from PIL import Image

from publishing.workflow import publish
from staff.models import StaffMember

ADDRESS = "voornaam.naam@resoc.example"
PASSWORD = "een lang wachtwoord"  # noqa: S105


@pytest.fixture
def johan(colleague: User) -> StaffMember:
    """Johan's card, public as in the source, with his account and an address."""
    colleague.email = "johan@example.org"
    colleague.save()
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member.user, member.email, member.phone = colleague, "johan@example.org", "+3251519356"
    member.save()
    publish(member, None)
    return member


@pytest.fixture
def his(colleague: User) -> Client:
    """A browser in which Johan has signed in."""
    client = Client()
    client.force_login(colleague)
    return client


@pytest.fixture
def person(db) -> User:
    """Somebody with an account and nothing else."""
    return User.objects.create_user("voornaam", ADDRESS, PASSWORD)


@pytest.fixture
def fresh(db) -> User:
    """Somebody for the desk who has no second factor yet."""
    user = User.objects.create_user("nieuw", "nieuw@example.org", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__contains="theme"))
    return user


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    """Attempts to sign in, and mails to one address, are counted in the cache."""
    cache.clear()


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def photo_file(kind: str = "JPEG", size: tuple[int, int] = (800, 1200), **extra) -> io.BytesIO:
    """A photo as a telephone makes it: a red top, a blue rest."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0], size[1] // 4))
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    data = io.BytesIO()
    picture.save(data, kind, **extra)
    data.seek(0)
    data.name = {"JPEG": "IMG_0001.jpg", "HEIF": "IMG_0001.heic", "PNG": "a.png", "WEBP": "a.webp"}[kind]
    return data


def form_data(client: Client, **changes) -> dict:
    """What a browser sends when only `changes` were typed on My card; None unticks."""
    form = client.get("/mijn-kaart/").context["form"]
    data = {}
    for field in form:
        value = field.value()
        if field.name == "photo" or value is False or value is None:
            continue
        data[field.html_name] = "on" if value is True else getattr(value, "as_national", value)
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def save(client: Client, **changes):
    """Press the button."""
    return client.post("/mijn-kaart/", form_data(client, **changes))

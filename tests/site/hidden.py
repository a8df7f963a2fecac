"""A site in which every field of every model holds a secret of its own, in every state that is not public.

Each secret has a form by which it is found wherever it comes out, and is remembered with where it was put, so
that a leak is told by its field.
"""

import io
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote_plus

import time_machine
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from phonenumber_field.modelfields import PhoneNumberField
from PIL import Image

from pages.models import ContactDetails, MissionPage
from publishing.content.fields import RichTextField
from publishing.files.fields import FocusField, PictureField
from publishing.i18n.languages import CODES, translated_fields
from publishing.models import Act, ChangeNote, Child, Contribution, Publishable, Revision, ShareLink, TranslationLink
from publishing.models.content import PublishedForeignKey
from publishing.models.snapshots import child_models, freeze, freeze_all, thaw
from publishing.workflow import cancel, discard, keep, look, record, withdraw
from publishing.workflow.commit import commit
from resoc.groups import SECRETARIAT, STAFF
from staff.models import CardLink, StaffMember
from tests.priorities.pdf_files import pdf

WORD = "geheim"  # how each secret word begins
LETTERS = 3  # after it
SHORTEST = len(WORD) + LETTERS  # characters that a field must hold
FAR = datetime(2071, 3, 4, 5, 6, tzinfo=UTC)  # when what is planned begins
SECRETS = re.compile(rf"(?i){WORD}([a-z]{{{LETTERS}}})")
PHONES = re.compile(r"470[^0-9a-z]{0,3}99[^0-9a-z]{0,3}(\d\d)[^0-9a-z]{0,3}(\d\d)")
NUMBERS = re.compile(r"(?<![\w.])(?:831\d{3}|32749)(?![\w.])")
YEARS = re.compile(r"(?<![\w.])2071(?:\d{4}|(?![\w.]))")

CONTENT: list[Any] = [model for model in apps.get_models() if issubclass(model, Publishable | Child)]
PAGES: list[Any] = [model for model in CONTENT if issubclass(model, Publishable)]
ALONE = (MissionPage, ContactDetails)
# Rows that hold no word of anybody: of the framework, and counters.
WORDLESS = {
    "auth.permission": "made by Django from the models",
    "contenttypes.contenttype": "made by Django from the models",
    "publishing.stamp": "a number",
    "publishing.stampchange": "numbers, and the name of a model",
    "publishing.linkcheck": "two moments",
    "publishing.nightlybackup": "moments, the name of the machine and of a file on it",
}


@dataclass
class Hidden:
    """What was hidden, and where."""

    places: list[str] = field(default_factory=list)  # by the number in the secret
    literal: dict[str, str] = field(default_factory=dict)  # secrets that the site makes itself, such as tokens
    objects: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    slugs: list[tuple[Any, str, str]] = field(default_factory=list)  # the model, the language, and an address in it

    def word(self, place: str) -> str:
        """A new secret word for `place`."""
        self.places.append(place)
        number, letters = len(self.places) - 1, ""
        for _letter in range(LETTERS):
            number, rest = divmod(number, 26)
            letters += chr(ord("a") + rest)
        return WORD + letters

    def fill(self, row: Any, state: str) -> Any:
        """Put secrets in all fields of `row` that can hold one; `state` is said of each."""
        for each in row._meta.concrete_fields:
            place = f"{state}: {row._meta.label_lower}.{each.attname}"
            holds_more = isinstance(each, HOLDS_MORE) and not each.primary_key
            if not (is_word(each) or holds_more) or each.name in translated_fields(type(row)):
                continue
            if (value := self._value(each, place, row)) is not None:
                setattr(row, each.attname, value)
        return row

    def _value(self, each: Any, place: str, row: Any) -> Any:
        is_content = isinstance(row, Publishable | Child)
        if isinstance(each, models.SlugField):
            slug = self.word(place)
            language = next((code for code in CODES if each.attname.endswith(f"_{code}")), "nl")
            self.slugs.append((type(row), language, slug))
            return slug
        if isinstance(each, PhoneNumberField):
            self.word(place)
            return f"+3247099{len(self.places) % 10_000:04d}"
        if isinstance(each, models.FileField):
            return self.file(place, each.upload_to if isinstance(each.upload_to, str) else "")
        if isinstance(each, models.URLField):
            return f"https://{self.word(place)}.example/"
        if isinstance(each, models.EmailField):
            return f"{self.word(place)}@resoc.example"
        if isinstance(each, RichTextField):
            return f"<p>{self.word(place)}</p>"
        if isinstance(each, models.CharField | models.TextField):
            return self.word(place)
        if isinstance(each, models.BinaryField):
            return self.word(place).encode()
        if isinstance(each, models.JSONField):
            return [self.word(place)] if each.default is list or each.name == "recipients" else {"is": self.word(place)}
        if is_content and isinstance(each, models.DateField) and not isinstance(each, models.DateTimeField):
            return date(2071, 1 + len(self.places) % 12, 1)
        if is_content and isinstance(each, models.IntegerField) and not _is_of_picture(each):
            small = isinstance(each, models.SmallIntegerField | models.PositiveSmallIntegerField)
            return 32_749 if small else 831_000 + len(self.places) % 1000
        return None

    def file(self, place: str, folder: str) -> str:
        """The name of a stored file, a small picture, that is called as a secret."""
        content = io.BytesIO()
        Image.new("RGB", (8, 10), "red").save(content, "PNG")
        name = default_storage.save(f"{folder or 'files/'}{self.word(place)}.png", ContentFile(content.getvalue()))
        self.files.append(name)
        return name

    def found_in(self, text: str, but: tuple[str, ...] = ()) -> set[str]:
        """Where the secrets in `text` were put, but for those of a place that begins with one of `but`."""
        text = spelled_out(text)
        found = {self._place(match[1]) for match in SECRETS.finditer(text)}
        found |= {self.places[int(match[1] + match[2]) - 1] for match in PHONES.finditer(text)}
        found |= {f"a number: {match[0]}" for match in NUMBERS.finditer(text)}
        found |= {f"a day: {match[0]}" for match in YEARS.finditer(text)}
        found |= {what for secret, what in self.literal.items() if secret in text}
        return {place for place in found if not place.startswith(but)}

    def _place(self, letters: str) -> str:
        number = sum((ord(letter) - ord("a")) * 26**power for power, letter in enumerate(letters.lower()))
        return self.places[number] if number < len(self.places) else f"something like {letters}"


HOLDS_MORE = (models.JSONField, models.BinaryField, models.DateField, models.IntegerField)


def is_word(each: Any) -> bool:
    """Whether a field can hold a secret word; a key, a choice or a short code can't."""
    if each.is_relation or each.choices or each.name in ("model", "object_id"):
        return False
    room = each.max_length is None or each.max_length >= SHORTEST
    return isinstance(each, models.CharField | models.TextField | models.FileField) and room


def spelled_out(text: str) -> str:
    """`text` without what may stand between or instead of the letters of a secret."""
    text = unescape(text).replace("\N{SOFT HYPHEN}", "").replace("=\r\n", "").replace("\r\n ", "").replace("=\n", "")
    bare = re.sub(r"</?(?:mark|wbr|strong|em|span)\b[^>]*>", "", text)
    return f"{text}\n{bare}\n{unquote_plus(bare)}"


def put(obj: Publishable, at: datetime, until: datetime | None = None, note: str = "") -> Revision:
    """Commit the saved row of `obj` without asking whether it may: what is hidden need not be right."""
    data = freeze(obj)
    return commit(thaw(type(obj), obj.pk, data), Revision(live_from=at, live_until=until, note=note, data=data))


def tell(hidden: Hidden, revision: Revision, state: str) -> None:
    """Put secrets in what visitors would read of the change that `revision` made."""
    if revision.model_class.tells_changes:
        hidden.fill(ChangeNote(revision=revision), state).save()


def plain(row: Any, name: str) -> Any:
    """Put words that everybody may read in the texts of `row`."""
    for each in row._meta.concrete_fields:
        if each.name in translated_fields(type(row)) or not is_word(each):
            continue
        if isinstance(each, models.SlugField):
            setattr(row, each.attname, name)
        elif isinstance(each, models.FileField) and not isinstance(each, PictureField):
            setattr(row, each.attname, default_storage.save(f"documents/{name}.pdf", ContentFile(pdf())))
        elif isinstance(each, models.FileField | models.URLField | models.EmailField | PhoneNumberField):
            setattr(row, each.attname, "")
        else:
            setattr(row, each.attname, f"Gewoon {name}"[: each.max_length])
    return row


def new(model: Any) -> Any:
    """An unsaved row of `model` that stands where visitors would see it."""
    return model()


def with_children(hidden: Hidden, row: Publishable, state: str) -> None:
    """Give the saved `row` child rows of every kind, with secrets."""
    for _name, model in child_models(type(row)):
        child: Any = model(**{model.parent: row})
        for each in model._meta.concrete_fields:
            if isinstance(each, PublishedForeignKey):
                setattr(child, each.attname, each.related_model._base_manager.values_list("pk", flat=True).first())
        hidden.fill(child, state).save()


def once_public(hidden: Hidden) -> None:
    """An object of every model that visitors see, with versions on which they can't read on: taken back, or never
    begun. Cards of which everything was shown once, and is hidden since.
    """
    now = timezone.now()
    for model in PAGES:
        state = "taken back"
        row = model._base_manager.get() if model in ALONE else new(model)
        shown = freeze_all(row) if model in ALONE else None
        if row.pk is None:
            hidden.fill(row, "never begun").save()
            put(row, FAR)
        hidden.fill(row, state).save()
        with_children(hidden, row, state)
        secret = put(row, now - timedelta(days=2), note=hidden.word(f"{state}: note"))
        tell(hidden, secret, state)
        for name, _child in child_models(model):
            getattr(row, name).filter(pk__in=[each["id"] for each in secret.data[name] if _is_secret(each)]).delete()
        if shown is None:
            plain(row, model._meta.model_name)
            for each in model._meta.concrete_fields:
                if isinstance(each, models.DateField | models.IntegerField) and not each.primary_key:
                    setattr(row, each.attname, 77 if each.name == model.order_field else each.get_default())
        else:
            for name, value in shown.items():
                if not isinstance(value, list):
                    setattr(row, name, value)
        row.save()
        put(row, now - timedelta(days=1))
        Revision.objects.filter(pk=secret.pk).update(taken_back_at=now)
        hidden.objects[f"public {model._meta.label_lower}"] = row

    card = hidden.fill(StaffMember(), "hidden detail")
    card.slug, card.shows_photo, card.shows_mobile = "verborgen", True, True
    card.function_nl = card.function_fr = card.function_en = "Verborgen"
    card.reachable_nl = card.reachable_fr = card.reachable_en = "Verborgen"
    card.absent_from = card.absent_until = None
    card.position = 78
    card.save()
    about = hidden.objects["public priorities.theme"]
    about.contact = card
    about.save()
    put(card, now - timedelta(hours=20))
    put(about, now - timedelta(hours=19))
    name, card.name = card.name, "Vera Verborgen"
    card.shows_phone = card.shows_mobile = card.shows_email = card.shows_photo = False
    card.save()
    put(card, now - timedelta(hours=18))
    put(about, now - timedelta(hours=17))
    hidden.objects["card"] = card
    assert name.startswith(WORD)


def _is_of_picture(each: Any) -> bool:
    """Whether a number says how large a picture is, or where its middle: another one would be no picture."""
    return isinstance(each, FocusField) or each.name.endswith(("_width", "_height"))


def _is_secret(row: dict[str, Any]) -> bool:
    return WORD in str(row)


def drafts(hidden: Hidden, author: User | None = None) -> None:
    """Secrets in the working copy of everything that is public, kept in every way that a working copy is."""
    for model in CONTENT:
        for row in model._base_manager.all():
            if (issubclass(model, Publishable) and row.revisions.public().exists()) or issubclass(model, Child):
                own = isinstance(row, StaffMember) and row.user_id
                before = look(model, row.pk) if issubclass(model, Publishable) else None
                hidden.fill(row, "own card" if own else "draft over what is public")
                for each in model._meta.concrete_fields:
                    if isinstance(each, PublishedForeignKey) and each.null:
                        others = each.related_model._base_manager.values_list("pk", flat=True)
                        setattr(row, each.attname, others.order_by("-pk").first())
                row.save()
                if before:
                    keep(row, author)
                    record(Act.Kind.RESTORED, author, [before])
                    discard(row, author)


def never_public(hidden: Hidden, author: User) -> None:
    """Drafts over everything that is public, and objects that visitors never saw or see no more."""
    now = timezone.now()
    for model in PAGES:
        if model in ALONE:
            continue
        for state in ("draft", "shared", "planned", "cancelled", "withdrawn", "ended", "deleted"):
            row = hidden.fill(new(model), state)
            row.save()
            with_children(hidden, row, state)
            hidden.objects[f"{state} {model._meta.label_lower}"] = row
            note = hidden.word(f"{state}: note")
            if state == "planned":
                put(row, FAR, note=note)
            elif state == "cancelled":
                waiting = put(row, FAR, note=note)
                tell(hidden, waiting, state)
                cancel(waiting, None)
            elif state == "withdrawn":  # before any version of a page that shows what was public then
                tell(hidden, put(row, now - timedelta(days=5), note=note), state)
                with time_machine.travel(now - timedelta(days=4)):
                    withdraw(row, None, "Het is voorbij.")
            elif state == "ended":
                tell(hidden, put(row, now - timedelta(days=5), now - timedelta(days=4), note=note), state)
            elif state == "deleted":
                row.delete()
    drafts(hidden, author)
    for model in PAGES:  # what waits beside what is public
        for row in model._base_manager.all():
            if row.revisions.public().exists():
                own = isinstance(row, StaffMember) and row.user_id
                waiting = put(row, FAR, note=hidden.word("own card: note" if own else "planned: note"))
                tell(hidden, waiting, "planned")
    theme: Any = hidden.objects["shared priorities.theme"]
    theme.contact, theme.priority = hidden.objects["card"], hidden.objects["draft priorities.priority"]
    theme.save()
    hidden.objects["share"] = link = ShareLink.objects.renew(theme, author)
    hidden.literal[link.token] = "the token of a share link"
    hidden.objects["translate"] = translation = TranslationLink.objects.make([theme], "fr", author)
    hidden.literal[translation.token] = "the token of a link for a translator"


def beside_content(hidden: Hidden, author: User) -> None:
    """A row with secrets of every model that is no content, about what is hidden."""
    theme, card, planned = (
        hidden.objects[name] for name in ("draft priorities.theme", "card", "planned priorities.theme")
    )
    put_in: dict[Any, Any] = {User: author, StaffMember: card, Group: Group.objects.get(name=SECRETARIAT)}
    waiting = Revision.objects.filter(live_from=FAR, model="priorities.theme", object_id=planned.pk).get()
    for model in apps.get_models():
        label = model._meta.label_lower
        if model in CONTENT or label in WORDLESS or model in (User, Revision):
            continue
        row: Any = hidden.fill(model(), f"a row of {label}")
        for each in model._meta.concrete_fields:
            if each.is_relation and not each.primary_key:
                other = put_in.get(each.related_model)
                if each.related_model is Revision:
                    other = waiting
                other = other or each.related_model._base_manager.order_by("-pk").first()
                setattr(row, each.name, other)
            elif each.name == "model":
                row.model = "priorities.theme"
            elif each.name == "object_id":
                row.object_id = theme.pk
            elif each.choices and isinstance(each, models.CharField) and not each.primary_key:
                setattr(row, each.attname, each.choices[0][0])
            elif isinstance(each, models.DateTimeField) and not each.null:
                setattr(row, each.attname, timezone.now())
            elif isinstance(each, models.DateField) and not each.null:
                setattr(row, each.attname, timezone.localdate())
            elif (
                isinstance(each, models.IntegerField)
                and not each.null
                and not each.primary_key
                and not each.has_default()
            ):
                setattr(row, each.attname, 1)
            elif isinstance(each, models.GenericIPAddressField):
                setattr(row, each.attname, "0.0.0.0")  # noqa: S104
            elif isinstance(each, models.BooleanField) and not each.has_default() and not each.null:
                setattr(row, each.attname, True)
        if isinstance(row, Contribution):  # a proposal comes by one of its two kinds of links
            row.share_link = None
        model._base_manager.bulk_create([row])
        hidden.objects[label] = row
    for purpose in CardLink.Purpose.values:
        token = CardLink.objects.make(card, purpose)[1]
        hidden.literal[token] = f"the token of a link: {purpose}"


def people(hidden: Hidden) -> tuple[User, User]:
    """A secretary of whom everything is secret, and Johan, who keeps a public card and may do no more."""
    author = hidden.fill(User(), "account of somebody else")
    author.is_staff = True
    author.save()
    author.groups.add(Group.objects.get(name=SECRETARIAT))
    member = User.objects.create_user("johan", "johan@example.org", "een lang wachtwoord")
    member.groups.add(Group.objects.get(name=STAFF))
    johan = StaffMember.objects.get(slug="johan-halsberghe")
    johan.user, johan.email, johan.phone = member, "johan@example.org", "+3251519356"
    johan.save()
    put(johan, timezone.now() - timedelta(hours=16))
    return author, member

"""The copy holds everything about the person, nothing about others, and no secret."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import RequestFactory
from django.utils import timezone, translation

from priorities.models import Theme
from publishing.models import (
    Act,
    ActLine,
    Contribution,
    Discarded,
    Draft,
    Erasure,
    Event,
    Frozen,
    KeptUpload,
    Mail,
    OldAddress,
    Presence,
    Publishable,
    PutOff,
    ReplacedFile,
    Revision,
    SentForm,
    ShareLink,
    TranslationLink,
)
from publishing.models.records.events import record
from publishing.models.relations import PublishedForeignKey
from publishing.models.snapshots import freeze_all
from publishing.workflow import amend, keep, look, publish
from publishing.workflow import record as record_act
from staff.models import CardLink, Consent, ForgetRequest, StaffMember
from staff.my_data.data_copy import COPIED, FOUND_OTHERWISE, LEFT_OUT, PARTS, copy_of, only_names_cards, own_card
from tests.desk import TOTP_SECRET, give_second_factor
from tests.site.cast import MAILED, waiting_mail
from tests.staff.conftest import photo_file, save

pytestmark = pytest.mark.django_db

OTHER = "Vreemdeling"  # a name of somebody else
NAME = "Johan Halsberghe"
SAID = "dit zei Johan"  # words of the person


def copy(johan: StaffMember) -> dict:
    """The copy of Johan, as it comes out of the file."""
    johan = StaffMember.objects.get(pk=johan.pk)
    request = RequestFactory().get("/")
    request.user, request.session = johan.user, SimpleNamespace(session_key="")
    with translation.override("nl"):
        return json.loads(json.dumps(copy_of(request, johan.user, johan)))


@pytest.fixture
def everything(johan, editor, his) -> StaffMember:
    """Johan with a row of each kind, beside as much of somebody else."""
    user = johan.user
    editor.first_name, editor.last_name = OTHER, OTHER
    editor.save()
    save(his, photo=photo_file(), shows_photo="on", mobile="0470 11 22 33")
    amend(johan, {"function_nl": "Sportman"}, editor)
    johan = StaffMember.objects.get(pk=johan.pk)
    keep(johan, editor)
    johan.function_nl = "Denker"
    johan.save()
    keep(johan, user)
    Discarded.objects.create(
        model="staff.staffmember", object_id=johan.pk, title=johan.name, author=editor, deleted=False,
        data=freeze_all(johan) | {"photo": "staff/ooit.png"},
    )  # fmt: skip
    ReplacedFile.objects.create(name="staff/vervangen.png", model="staff.staffmember", object_id=johan.pk)
    other = StaffMember.objects.create(name=OTHER, slug="vreemdeling", phone="+32470998877", user=editor)
    publish(other, user, SAID)
    theme = Theme.objects.create(
        title_nl="Van Johan", slug_nl="van-johan", contact=johan, summary_nl=f"Bel {johan.name}."
    )
    publish(theme, user, SAID)
    draft = Theme.objects.create(
        title_nl="Ontwerp van Johan", slug_nl="ontwerp", contact=johan, summary_nl=f"Bel {johan.name}."
    )
    keep(draft, user)
    before = look(StaffMember, johan.pk), look(StaffMember, other.pk)
    StaffMember._base_manager.filter(pk=johan.pk).update(function_nl="Doener")
    StaffMember._base_manager.filter(pk=other.pk).update(function_nl="Doener")
    record_act(Act.Kind.RESTORED, user, [before[1]])
    record_act(Act.Kind.RESTORED, editor, [before[0]])
    Act.objects.create(author=editor, kind=Act.Kind.ORDERED, undone_by=user, undone_at=timezone.now())
    for each in (other, johan, theme):
        kind = ContentType.objects.get_for_model(each)
        LogEntry.objects.create(
            user=user, content_type=kind, object_id=str(each.pk), object_repr=str(each), action_flag=CHANGE
        )
    LogEntry.objects.create(
        user=editor, content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk),
        object_repr="johan", action_flag=CHANGE,
    )  # fmt: skip
    Discarded.objects.create(
        model="staff.staffmember", object_id=other.pk, title=OTHER, author=user, deleted=False, data={"name": OTHER}
    )
    now = timezone.now()
    KeptUpload.objects.create(user=user, place="my_card:photo", token="a", name="ik.jpg", size=3)
    PutOff.objects.create(kind="hollow", model="priorities.theme", object_id=theme.pk, author=user)
    to = {"model": "priorities.theme", "object_id": theme.pk, "language": "nl"}
    OldAddress.objects.create(address="/oud/", made_by=user, **to)
    OldAddress.objects.create(
        address="/johan/", made_by=editor, **to | {"model": "staff.staffmember", "object_id": johan.pk}
    )
    OldAddress.objects.create(address="/ander/", made_by=editor, **to)
    Presence.objects.create(user=user, model="priorities.theme", object_id=theme.pk, since=now, seen_at=now)
    share = ShareLink.objects.renew(draft, user)
    translation = TranslationLink.objects.make([draft], "fr", user)
    Contribution.objects.create(
        kind="remark", share_link=share, model="priorities.theme", object_id=draft.pk, language="nl", name=OTHER,
        remark=OTHER, closed_by=user, closed_at=now,
    )  # fmt: skip
    Contribution.objects.create(
        kind="proposal", translation_link=translation, model="staff.staffmember", object_id=johan.pk, language="fr",
        texts=[{"path": ["function_fr"], "text": OTHER}], closed_by=editor,
    )  # fmt: skip
    CardLink.objects.make(johan, CardLink.Purpose.INVITATION)
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    user.user_permissions.add(Permission.objects.get(codename="view_theme"))
    give_second_factor(user)
    Mail.objects.filter(pk=waiting_mail("Is je kaart juist?").pk).update(recipients=["Johan@example.org"])
    Mail.objects.filter(pk=waiting_mail(OTHER).pk).update(recipients=["ander@example.org"])
    Erasure.objects.create(
        uid="1", at=now, kind=Erasure.Kind.TEXT, model="staff.staffmember", object_id=johan.pk, path=["name"],
        digest="geen woord", marks=["merk"],
    )  # fmt: skip
    ForgetRequest.objects.create(member=johan, words=SAID)
    record(Event.Kind.INVITED, by=editor, about=user)
    record(Event.Kind.INVITED, by=user, about=editor)
    return johan


# What belongs in it


def keys_of(model: type[models.Model]) -> set[type[models.Model]]:
    """The models that rows of `model` point at."""
    return {each.remote_field.model for each in model._meta.concrete_fields if each.is_relation}


def leading_to_people(every: list[type[models.Model]]) -> set[type[models.Model]]:
    """Those that lead to an account or a card: by a key, by the number of an object, or through another that does.

    Not through a page: what belongs to a theme says no more of its contact.
    """
    found = {model for model in every if "object_id" in {each.name for each in model._meta.fields}}
    found |= {User, StaffMember}
    is_page = {model: issubclass(model, Frozen) and model is not StaffMember for model in every}
    while more := {
        model for model in every if model not in found and any(not is_page[each] for each in keys_of(model) & found)
    }:
        found |= more
    return found


def test_every_model_that_leads_to_a_person_is_in_the_copy_or_left_out_for_a_reason():
    found = leading_to_people(apps.get_models(include_auto_created=True))
    needed = {model._meta.label_lower for model in found if not only_names_cards(model)}
    assert needed - set(COPIED) - set(LEFT_OUT) == set(), "say where the copy tells this, or why it does not"
    assert (set(COPIED) | set(LEFT_OUT)) - needed == set(), "this model is gone, or leads to nobody"
    assert not set(COPIED) & set(LEFT_OUT)
    assert all(len(reason) > 20 for reason in LEFT_OUT.values())
    parts = {part for places in (*COPIED.values(), *FOUND_OTHERWISE.values()) for part in places}
    assert parts == set(PARTS)


def test_a_model_that_nobody_thought_of_is_found(isolated_models):
    class Remark(models.Model):
        about = models.ForeignKey(StaffMember, models.CASCADE)

        class Meta:
            app_label = "pages"

    class Answer(models.Model):
        remark = models.ForeignKey(Remark, models.CASCADE)

        class Meta:
            app_label = "pages"

    class Guarded(Publishable):
        owner = models.ForeignKey(User, models.CASCADE, related_name="+")

        class Meta:
            app_label = "pages"

    class Page(Publishable):
        contact = PublishedForeignKey(StaffMember)

        class Meta:
            app_label = "pages"

    class Paragraph(models.Model):
        page = models.ForeignKey(Page, models.CASCADE)

        class Meta:
            app_label = "pages"

    found = leading_to_people([User, StaffMember, Remark, Answer, Guarded, Page, Paragraph])
    assert {each for each in found if not only_names_cards(each)} == {User, StaffMember, Remark, Answer, Guarded}


def test_each_part_tells_something(everything):
    found = copy(everything)
    assert set(found) == {"about", *PARTS}
    empty = {name for name in PARTS if not found[name]}
    assert empty <= {"sessions", "forms"}, "those need a browser"
    assert SentForm.objects.filter(user=everything.user).exists() == bool(found["forms"])


def test_the_account_says_how_one_signs_in_without_secrets(everything):
    account = copy(everything)["account"]
    assert (account["user_name"], account["email"], account["has_password"]) == ("johan", "johan@example.org", True)
    assert account["groups"] == ["Medewerkers"]
    assert len(account["own_rights"]) == 1
    assert [factor["kind"] for factor in account["factors"]] == ["totp"]
    assert account["email_addresses"] == [{"email": "johan@example.org", "is_confirmed": True}]


def test_the_card_is_there_as_it_is_saved_as_visitors_see_it_and_as_it_ever_was(everything):
    card = copy(everything)["card"]
    assert card["working_copy"]["mobile"] == "+32470112233"
    assert card["working_copy"]["function_nl"] == "Doener"
    assert card["public_version"]["function_nl"] == "Sportman"
    assert len(card["versions"]) == everything.revisions.count() >= 3
    assert {each["by"] for each in card["versions"]} == {"you", "secretariat", "site"}
    assert {each["content"]["function_nl"] for each in card["kept_saves"]} >= {"Denker"}
    assert card["in_the_bin"][0]["content"]["name"] == everything.name
    assert any(each["content"] == {"function_nl": "Denker"} for each in card["what_stood_there_before_an_act"])
    assert "johan-halsberghe" in card["addresses_ever"]
    assert [(each["what"], each["where"]) for each in card["erased_for_good"]] == [("text", ["name"])]
    assert {"staff/ooit.png", "staff/vervangen.png"} <= set(card["files"])
    assert any(name.endswith(".jpg") for name in card["files"])


def test_who_stands_in_is_named_while_their_card_is_public(everything, editor):
    other = StaffMember.objects.get(slug="vreemdeling")
    amend(everything, {"absent_until": timezone.localdate() + timedelta(days=3), "stand_in": other}, editor)
    assert copy(everything)["card"]["public_version"]["stand_in"] == OTHER
    hidden = StaffMember.objects.create(name="Verborgen", slug="verborgen")
    StaffMember._base_manager.filter(pk=everything.pk).update(stand_in=hidden)
    assert copy(everything)["card"]["working_copy"]["stand_in"] == "colleague"
    assert "Verborgen" not in json.dumps(copy(everything), ensure_ascii=False)


def test_consents_come_with_their_words_and_moments(everything):
    (consent,) = copy(everything)["consents"]
    row = Consent.objects.get(member=everything)
    assert consent["words"] == row.text
    assert consent["given_by"] == "you"
    assert consent["given_at"].startswith(f"{timezone.localtime(row.given_at):%Y-%m-%dT%H:%M}")
    assert consent["withdrawn_at"] is None
    assert consent["withdrawn_by"] is None


def test_what_names_the_card_is_there_and_drafts_are_only_counted(everything):
    named = copy(everything)["named"]
    theme = next(each for each in named["as_contact_or_stand_in"] if each.get("title") == "Van Johan")
    assert theme["address"].endswith("/themas/van-johan/")
    themes = next(each for each in named["saved_in_the_desk"] if each["kind"] == "thema’s")
    assert themes["number"] == Theme.objects.filter(contact=everything).count() > 1
    assert [each["title"] for each in named["in_texts"]] == ["Van Johan"]
    assert named["drafts_with_the_name"] == 1
    assert "Ontwerp" not in json.dumps(named)


def test_what_the_person_asks_is_there(everything):
    assert copy(everything)["asks_to_be_forgotten"]["words"] == SAID


def test_what_the_person_did_is_there(everything):
    found = copy(everything)
    assert "Van Johan" in {each.get("title") for each in found["published"]}
    assert "Ontwerp van Johan" in {each.get("title") for each in found["saved"]}
    assert [each["number"] for each in found["share_links"]] == [Theme.objects.get(slug_nl="ontwerp").pk]
    assert [each["what"] for each in found["put_off"]] == ["hollow"]
    assert {each["address"] for each in found["old_addresses"]} == {"/oud/", "/johan/"}
    assert [each["subject"] for each in found["waiting_mails"]] == ["Is je kaart juist?"]
    assert {(each["by"], each["about"]) for each in found["log"]} >= {("you", "secretariat"), ("secretariat", "you")}
    assert {each["by"] for each in found["noted_in_the_desk"]} == {"you", "secretariat"}
    assert SAID in {each.get("note") for each in found["published"]}


# What does not


def test_nothing_about_others_is_in_it(everything, editor):
    text = json.dumps(copy(everything), ensure_ascii=False)
    for word in (OTHER, "470998877", "vreemdeling", editor.username, "ander@example.org"):
        assert word not in text, word
    assert (
        Revision.objects.filter(author=everything.user, model="staff.staffmember")
        .exclude(object_id=everything.pk)
        .exists()
    ), "there was something that could leak"
    assert ActLine.objects.filter(title=OTHER).exists()
    assert LogEntry.objects.filter(object_repr=OTHER, user=everything.user).exists()


def test_no_secret_is_in_it(everything):
    text = json.dumps(copy(everything), ensure_ascii=False)
    factor = Authenticator.objects.get(user=everything.user, type=Authenticator.Type.TOTP)
    link, share, translation = everything.links.first(), ShareLink.objects.get(), TranslationLink.objects.get()
    for secret in (
        everything.user.password, TOTP_SECRET, factor.data["secret"], link.digest, link.basis, share.token,
        share.digest, share.sealed, translation.token, translation.digest, translation.sealed, MAILED,
    ):  # fmt: skip
        assert secret, "there was something that could leak"
        assert secret not in text


def test_moments_are_iso_8601_with_their_difference_from_utc(everything):
    def moments(value):
        if isinstance(value, dict):
            for key, each in value.items():
                if key.endswith(("_at", "_until")) and each and key not in ("absent_until", "unchanged_since"):
                    yield each
                else:
                    yield from moments(each)
        elif isinstance(value, list):
            for each in value:
                yield from moments(each)

    found = list(moments(copy(everything)))
    assert len(found) > 20
    for each in found:
        assert timezone.datetime.fromisoformat(each).utcoffset() is not None, each


def test_the_note_says_what_each_part_is_in_the_language_of_the_reader(everything):
    about = copy(everything)["about"]
    assert set(about["parts"]) == set(PARTS)
    assert about["language"] == "nl"
    assert any("Gegevensbeschermingsautoriteit" in line for line in about["read_me"])


def test_an_account_without_a_card_has_a_copy_too(editor):
    request = RequestFactory().get("/")
    request.user, request.session = editor, SimpleNamespace(session_key="")
    found = copy_of(request, editor, None)
    assert found["card"] is None
    assert found["account"]["groups"] == [Group.objects.get(name="Secretariaat").name]
    assert found["consents"] == found["links"] == []
    assert found["named"] is None


def test_the_own_card_has_hidden_details_and_leads_to_no_hidden_ones_of_others(johan):
    other = StaffMember.objects.create(name=OTHER, slug="vreemdeling", phone="+32470998877", shows_phone=False)
    publish(other, None)
    johan.mobile, johan.stand_in = "+32470112233", other
    johan.save()
    card = own_card(johan)
    assert str(card.mobile) == "+32470112233"
    assert card.stand_in.name == OTHER
    assert not card.stand_in.phone
    assert Draft.objects.count() == 0

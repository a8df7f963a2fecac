"""Amending what is public, while other changes are saved or planned."""

import io
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pages.barriers import COUNTS
from pages.models import Aim, MissionPage, Organisation
from priorities.models import Partner, Priority, Theme
from publishing.cache import stamp
from publishing.models import Revision, Stamp, StampChange
from publishing.models.immutability import permit
from publishing.models.snapshots import child_models, freeze, freeze_all, normalise
from publishing.workflow import (
    amend,
    amend_waiting,
    confirm,
    has_unpublished,
    publish,
    reorder,
    restore,
    set_end,
    withdraw,
)
from publishing.workflow.merge import units
from staff.models import StaffMember
from tests.publishing.saved import plan, public_theme, save
from tests.updates import update_on

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def theme(editor) -> Theme:
    return public_theme(editor)


def shown(obj, days: float = 0):
    return type(obj).published(timezone.now() + days * DAY).filter(object_id=obj.pk).first()


def row_of(obj):
    return type(obj)._base_manager.get(pk=obj.pk)


# What becomes public


def test_only_the_changes_become_public_and_what_is_saved_stays_saved(theme, editor):
    save(theme, summary_nl="Klad", title_fr="Brouillon", slug_nl="ander-adres", position=77)
    before = theme.revisions.get()
    amendment = amend(theme, {"title_nl": "Verbeterd"}, editor, note="Tikfout")
    public = theme.revisions.public().get()
    assert (amendment.revision, amendment.kept, amendment.untouched) == (public, (), ())
    assert public.data == before.data | {"title_nl": "Verbeterd"}
    assert (public.author, public.note, public.unchanged_since, public.carried_by) == (editor, "Tikfout", None, None)
    assert public.checked_at == public.live_from
    row = row_of(theme)
    assert (row.title_nl, row.summary_nl, row.title_fr, row.slug_nl) == (
        "Verbeterd", "Klad", "Brouillon", "ander-adres",
    )  # fmt: skip
    assert row.position == 77


def test_what_is_planned_gets_the_change_and_keeps_its_own_time_author_and_note(theme, editor):
    planned = plan(theme, 2, editor, "Voor maandag", summary_nl="Maandag")
    amend(theme, {"title_nl": "Verbeterd"}, None)
    assert (shown(theme).title_nl, shown(theme).summary_nl) == ("Verbeterd", "Kort")
    assert (shown(theme, 3).title_nl, shown(theme, 3).summary_nl) == ("Verbeterd", "Maandag")
    waiting = theme.revisions.pending().get()
    assert (waiting.live_from, waiting.author, waiting.note) == (planned.live_from, editor, "Voor maandag")
    assert waiting.carried_by == theme.revisions.public().get()
    assert not has_unpublished(theme), "the working copy is what is planned"


def test_each_of_two_that_wait_is_merged_with_what_is_public_now(theme, editor):
    plan(theme, 1, summary_nl="Maandag")
    plan(theme, 2, summary_nl="Dinsdag", title_nl="Dinsdag")
    amendment = amend(theme, {"title_nl": "Nu", "body_nl": "<p>Nieuw</p>"}, editor)
    assert [(shown(theme, days).title_nl, shown(theme, days).summary_nl) for days in (0, 1.5, 2.5)] == [
        ("Nu", "Kort"),
        ("Nu", "Maandag"),
        ("Dinsdag", "Dinsdag"),
    ]
    assert [(each and each.live_from.date(), kept.path) for each, kept in amendment.kept] == [
        ((timezone.now() + 2 * DAY).date(), ("title_nl",)),
        (None, ("title_nl",)),
    ]


def test_who_changed_the_same_keeps_it_and_it_is_told_where(theme, editor):
    plan(theme, 1, title_nl="Maandag")
    save(theme, title_nl="Klad")
    amendment = amend(theme, {"title_nl": "Nu"}, editor)
    assert (shown(theme).title_nl, shown(theme, 2).title_nl, row_of(theme).title_nl) == ("Nu", "Maandag", "Klad")
    (planned, first), (working, second) = amendment.kept
    assert planned == theme.revisions.pending().get()
    assert working is None
    assert (first.path, first.ours, first.wanted) == (("title_nl",), "Maandag", "Nu")
    assert (second.ours, second.wanted) == ("Klad", "Nu")


def test_what_says_the_same_already_tells_nothing(theme, editor):
    plan(theme, 1, title_nl="Nu")
    amendment = amend(theme, {"title_nl": "Nu"}, editor)
    assert amendment.kept == ()


def test_nothing_new_makes_no_version_and_touches_no_page(theme, editor):
    save(theme, title_nl="Klad")
    number, revisions = Stamp.objects.get().number, Revision.objects.count()
    amendment = amend(theme, {"title_nl": "Eerste"}, editor)
    assert amendment.revision is None
    assert (Stamp.objects.get().number, Revision.objects.count()) == (number, revisions)
    assert row_of(theme).title_nl == "Klad"


def test_an_end_is_kept_also_one_that_comes_before_what_waits(theme, editor):
    set_end(theme, editor, timezone.now() + DAY)
    end = theme.revisions.public().get().live_until
    plan(theme, 3, title_nl="Later")
    amend(theme, {"summary_nl": "Nieuw"}, editor)
    assert theme.revisions.public().get().live_until == end
    assert shown(theme, 2) is None
    assert (shown(theme, 4).title_nl, shown(theme, 4).summary_nl) == ("Later", "Nieuw")


def test_an_old_address_goes_on_leading_to_the_new_one_and_what_waits_gets_it(theme, editor, client):
    plan(theme, 1, title_nl="Maandag")
    amend(theme, {"slug_nl": "nieuw-adres"}, editor)
    assert client.get("/themas/eerste/").headers["Location"] == "/themas/nieuw-adres/"
    assert shown(theme, 2).slug_nl == "nieuw-adres"


def test_a_version_that_would_not_be_publishable_any_more_has_none_of_it_and_that_is_told(theme, editor):
    other = Theme.objects.create(title_nl="Ander", slug_nl="ander")
    publish(other, editor, live_from=timezone.now() + DAY)
    set_end(theme, editor, timezone.now() + timedelta(hours=1))
    plan(theme, 2, summary_nl="Later")
    amendment = amend(theme, {"slug_nl": "ander", "title_nl": "Nu"}, editor)
    (untouched,) = amendment.untouched
    assert untouched == theme.revisions.pending().get()
    assert (shown(theme).slug_nl, shown(theme, 3).slug_nl, shown(theme, 3).title_nl) == ("ander", "eerste", "Eerste")


def test_a_subject_of_an_update_stays_one_whole(editor):
    first, second = Priority.objects.all()[:2]
    theme = Theme.objects.first()
    update = update_on(first, title_nl="Nieuws")
    publish(update, editor)
    row = update.subjects.get()
    row.priority = second
    row.save()
    plan(update, 1, title_nl="Later")
    amend(update, {"subjects": [{"id": row.pk, "priority": None, "theme": theme}]}, editor)
    assert shown(update).shown_subjects == [theme]
    assert shown(update, 2).shown_subjects == [second]


def test_a_version_of_before_a_field_existed_is_amended_in_the_terms_of_today(theme, editor):
    old = theme.revisions.get()
    data = {name: value for name, value in old.data.items() if name not in ("summary_fr", "documents")}
    publish(theme, editor)
    Revision.objects.bulk_create([Revision(
        model=old.model, object_id=old.object_id, live_from=timezone.now(), checked_at=timezone.now(),
        data=data | {"gone": 1}, sort_key=old.sort_key,
    )])  # fmt: skip
    theme.revisions.filter(superseded_at=None).exclude(pk=theme.revisions.first().pk).update(
        superseded_at=theme.revisions.first().live_from
    )
    amend(theme, {"title_nl": "Nu"}, editor)
    assert theme.revisions.public().get().data == old.data | {"title_nl": "Nu"}


# Through the door of a save


def test_rich_text_is_sanitised_and_addresses_of_own_pages_become_references(theme, editor):
    amend(theme, {"body_nl": '<p onclick="x()">Zie <a href="/themas/eerste/">hier</a><script>y()</script></p>'}, editor)
    assert shown(theme).body_nl == f'<p>Zie <a href="page:priorities.theme/{theme.pk}">hier</a></p>'
    assert row_of(theme).body_nl == shown(theme).body_nl


def picture(color: str = "blue") -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (900, 600), color).save(data, "JPEG")
    return SimpleUploadedFile("foto.jpg", data.getvalue(), "image/jpeg")


def test_a_picture_is_drawn_anew_and_its_draft_keeps_its_own(theme, editor, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    amend(theme, {"image": picture(), "image_alt_nl": "Een blauw vlak"}, editor)
    first = shown(theme)
    assert (first.image.width, first.image_alt_nl, row_of(theme).image.name) == (
        900,
        "Een blauw vlak",
        first.image.name,
    )
    assert first.image.is_made
    draft = save(theme, image=picture("red"), image_alt_nl="Een rood vlak")
    amendment = amend(theme, {"image": picture("green"), "image_alt_nl": "Een groen vlak"}, editor)
    assert shown(theme).image.name not in ("", first.image.name, draft.image.name)
    assert (row_of(theme).image.name, row_of(theme).image_alt_nl) == (draft.image.name, "Een rood vlak")
    assert [kept.path for _where, kept in amendment.kept] == [("image",)]
    amend(theme, {"image": first.image.name, "image_alt_nl": "Een blauw vlak"}, editor)
    assert (shown(theme).image.name, shown(theme).image.width) == (first.image.name, 900)
    amend(theme, {"image": False}, editor)
    assert (shown(theme).image.name, shown(theme).image_width) == ("", None)


def test_a_picture_that_is_none_is_refused_beside_its_field_and_nothing_is_kept(theme, editor):
    save(theme, title_nl="Klad")
    with pytest.raises(ValidationError) as refused:
        amend(theme, {"image": SimpleUploadedFile("x.jpg", b"geen foto"), "summary_nl": "Nieuw"}, editor)
    assert list(refused.value.message_dict) == ["image"]
    assert theme.revisions.count() == 1
    assert row_of(theme).summary_nl == "Kort"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_nl": ""}, "title_nl"),
        ({"title_nl": "x" * 251}, "title_nl"),
        ({"slug_nl": "met spaties"}, "slug_nl"),
        ({"slug_nl": ""}, "slug_nl"),
        ({"url": "geen adres"}, "url"),
        ({"priority": 999_999}, "priority"),
        ({"status": "onbestaand"}, "status"),
        ({"image_focus_x": 101}, "image_focus_x"),
    ],
)
def test_what_can_not_be_public_is_refused_by_field(theme, editor, changes, field):
    with pytest.raises(ValidationError) as refused:
        amend(theme, changes, editor)
    assert list(refused.value.message_dict) == [field]
    assert shown(theme).title_nl == "Eerste"


def test_an_address_that_somebody_else_has_is_refused(theme, editor):
    other = Theme.objects.create(title_nl="Ander", slug_nl="ander")
    publish(other, editor)
    with pytest.raises(ValidationError) as refused:
        amend(theme, {"slug_nl": "ander"}, editor)
    assert "slug_nl" in refused.value.message_dict


def test_what_is_wrong_with_what_is_public_already_keeps_nobody_from_mending_something_else(theme, editor):
    """A field that became compulsory, or stricter, since it was published."""
    with permit():
        Revision.objects.of(theme).update(data=theme.revisions.get().data | {"url": "geen adres", "image": "weg.jpg"})
    amend(theme, {"summary_nl": "Nieuw"}, editor)
    assert shown(theme).summary_nl == "Nieuw"
    with pytest.raises(ValidationError):
        amend(theme, {"url": "ook geen adres"}, editor)


# What can't be amended


def test_only_what_is_public_is_amended(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    for _each in ("never public", "planned", "withdrawn"):
        with pytest.raises(ValidationError) as refused:
            amend(new, {"title_nl": "X"}, editor)
        assert refused.value.messages == ["Dit staat niet op de site."]
        if not new.revisions.exists():
            publish(new, editor, live_from=timezone.now() + DAY)
        elif not new.revisions.public().exists():
            publish(new, editor)
            withdraw(new, editor, "Weg")
    assert row_of(new).title_nl == "Nieuw"


def test_what_has_ended_is_not_amended(theme, editor):
    set_end(theme, editor, timezone.now() + DAY)
    with time_machine.travel(timezone.now() + 2 * DAY), pytest.raises(ValidationError):
        amend(theme, {"title_nl": "X"}, editor)


def test_what_somebody_deleted_meanwhile_is_not_amended(theme, editor):
    gone = row_of(theme)
    withdraw(theme, editor, "Weg")
    row_of(theme).delete()
    with pytest.raises(ValidationError, match="verwijderd"):
        amend(gone, {"title_nl": "X"}, editor)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "X"}, "title_nl, title_fr, title_en"),
        ({"position": 3}, "reorder"),
        ({"nonsense": 3}, "nonsense"),
        ({"pk": 3}, "pk"),
        ({"id": 3}, "id"),
        ({"revisions": []}, "revisions"),
        ({"documents": [{"nonsense": 3}]}, "nonsense"),
        ({"documents": [{"theme": 3}]}, "theme"),
        ({"documents": [{"id": 3}, {"id": 3}]}, "twice"),
    ],
)
def test_a_name_that_can_not_be_changed_like_this_says_what_to_write_instead(theme, editor, changes, told):
    with pytest.raises(TypeError, match=told):
        amend(theme, changes, editor)


def test_a_number_is_a_place_and_a_row_of_another_object_is_nobody_s(editor):
    first, second = Priority.objects.all()[:2]
    theirs = Partner.objects.create(priority=second, organisation=Organisation.objects.first())
    with pytest.raises(TypeError, match="reorder"):
        amend(first, {"number": 3}, editor)
    with pytest.raises(ValidationError):
        amend(first, {"partners": [{"id": theirs.pk, "organisation_id": theirs.organisation_id}]}, editor)
    assert Partner.objects.get(pk=theirs.pk).priority == second


def test_a_note_too_long_to_keep_is_refused(theme, editor):
    with pytest.raises(ValidationError):
        amend(theme, {"title_nl": "X"}, editor, note="x" * 501)


# Child rows


@pytest.fixture
def page(editor) -> MissionPage:
    page = MissionPage.objects.get()
    page.aims.all().delete()
    for text in ("een", "twee", "drie"):
        Aim.objects.create(page=page, text_nl=text)
    publish(page, editor)
    return page


def aims(page) -> list[dict]:
    return list(page.revisions.public().get().data["aims"])


def texts(obj) -> list[str]:
    return [aim.text_nl for aim in obj.aims.all()]


def test_a_row_is_added_changed_and_removed_everywhere_it_was_not_touched(page, editor):
    plan(page, 1, motto_nl="Maandag")
    first, second, third = aims(page)
    amend(page, {"aims": [first | {"text_nl": "EEN"}, third, {"text_nl": "vier"}]}, editor)
    assert second not in aims(page)
    for obj in (shown(page), shown(page, 2), row_of(page)):
        assert texts(obj) == ["EEN", "drie", "vier"]
    assert shown(page, 2).motto_nl == "Maandag"
    ids = {tuple(aim.pk for aim in obj.aims.all()) for obj in (shown(page), shown(page, 2), row_of(page))}
    assert len(ids) == 1, "one number for each row, everywhere"


def test_a_row_that_a_draft_changed_stays_and_one_that_it_removed_stays_away(page, editor):
    first, second, third = aims(page)
    Aim.objects.filter(pk=second["id"]).update(text_nl="klad")
    Aim.objects.get(pk=third["id"]).delete()
    Aim.objects.create(page=page, text_nl="nieuw", position=2)
    amendment = amend(page, {"aims": [first, third | {"text_nl": "DRIE"}]}, editor)
    assert texts(shown(page)) == ["een", "DRIE"]
    assert texts(row_of(page)) == ["een", "klad", "nieuw"]
    assert [kept.path for _where, kept in amendment.kept] == [("aims", second["id"]), ("aims", third["id"])]


def test_a_row_that_is_not_right_is_refused(page, editor):
    first, *_others = aims(page)
    with pytest.raises(ValidationError):
        amend(page, {"aims": [first | {"text_nl": "x" * 251}]}, editor)
    with pytest.raises(ValidationError):
        amend(page, {"aims": [{"text_nl": "x" * 251}]}, editor)
    assert texts(row_of(page)) == ["een", "twee", "drie"]


# Details that visitors may not see


@pytest.fixture
def johan(editor) -> StaffMember:
    member = StaffMember.objects.get(slug="johan-halsberghe")
    member = save(member, phone="051 51 93 56", mobile="0470 11 22 33", shows_mobile=True)
    publish(member, editor)
    return member


def numbers(member) -> tuple[str, str]:
    return str(member.phone or ""), str(member.mobile or "")


def test_a_detail_that_is_hidden_leaves_every_version_that_waits_whatever_that_changed(johan, editor):
    plan(johan, 1, function_nl="Maandag")
    plan(johan, 2, mobile="0470 99 99 99")
    amend(johan, {"shows_mobile": False}, editor)
    assert [str(shown(johan, days).mobile) for days in (0, 1.5, 2.5)] == ["", "", ""]
    assert shown(johan, 1.5).function_nl == "Maandag"
    row = row_of(johan)
    assert (row.shows_mobile, row.mobile.as_national) == (False, "0470 99 99 99")


def test_what_is_hidden_already_leaves_what_waits_too(johan, editor):
    amend(johan, {"shows_mobile": False}, editor)
    planned = plan(johan, 1, shows_mobile=True)
    save(johan, shows_mobile=False)
    assert planned.data["mobile"]
    before = johan.revisions.public().get()
    amendment = amend(johan, {"shows_mobile": False}, editor)
    assert amendment.revision is None
    assert johan.revisions.public().get() == before
    assert not johan.revisions.pending().get().data["mobile"]
    assert johan.revisions.pending().get().carried_by == planned


def test_the_value_of_what_is_hidden_goes_into_the_working_copy_alone(johan, editor):
    amend(johan, {"shows_mobile": False}, editor)
    amendment = amend(johan, {"mobile": "0470 44 55 66"}, editor)
    assert amendment.revision is None
    assert row_of(johan).mobile.as_national == "0470 44 55 66"
    assert "44" not in str(johan.revisions.first().data["mobile"])


def test_a_flag_that_is_switched_on_shows_the_value_that_came_with_it_or_else_the_saved_one(johan, editor):
    amend(johan, {"shows_mobile": False}, editor)
    amend(johan, {"shows_mobile": True}, editor)
    assert shown(johan).mobile.as_national == "0470 11 22 33"
    amend(johan, {"shows_mobile": False}, editor)
    amend(johan, {"shows_mobile": True, "mobile": "0470 44 55 66"}, editor)
    assert shown(johan).mobile.as_national == row_of(johan).mobile.as_national == "0470 44 55 66"


def test_hiding_that_is_only_saved_is_a_draft_like_any_other(johan, editor):
    save(johan, shows_mobile=False)
    amend(johan, {"function_nl": "Directeur"}, editor)
    assert shown(johan).mobile
    assert not row_of(johan).shows_mobile


def test_what_is_taken_away_is_gone_also_when_hiding_it_was_only_saved(johan, editor):
    save(johan, shows_mobile=False)
    amend(johan, {"mobile": ""}, editor)
    assert not shown(johan).mobile
    assert not row_of(johan).mobile


def test_what_is_never_published_goes_into_the_working_copy_without_a_version(johan, editor):
    count = johan.revisions.count()
    assert amend(johan, {"language": "fr"}, editor).revision is None
    assert (row_of(johan).language, johan.revisions.count()) == ("fr", count)
    with pytest.raises(ValidationError) as refused:
        amend(johan, {"language": "de"}, editor)
    assert list(refused.value.message_dict) == ["language"]


# What only waits


def test_what_only_waits_is_amended_there_and_in_the_working_copy_and_nothing_is_public(editor):
    new = Theme.objects.create(title_nl="Nieuw", slug_nl="nieuw")
    planned = publish(new, editor, "Voor maandag", live_from=timezone.now() + DAY)
    plan(new, 2, summary_nl="Dinsdag")
    amendment = amend_waiting(new, {"title_nl": "Beter"}, None)
    assert amendment.revision is None
    assert shown(new) is None
    first, second = new.revisions.pending().order_by("live_from")
    assert (first.live_from, first.author, first.note) == (planned.live_from, editor, "Voor maandag")
    assert [each.data["title_nl"] for each in (first, second)] == ["Beter", "Beter"]
    assert second.data["summary_nl"] == "Dinsdag"
    assert row_of(new).title_nl == "Beter"
    with pytest.raises(ValidationError):
        amend_waiting(Theme.objects.create(title_nl="X", slug_nl="x"), {"title_nl": "Y"}, None)


# Others that commit on top


def test_all_that_commit_on_top_carry_what_waits_with_its_own_words(theme, editor):
    planned = plan(theme, 1, None, "Maandag", title_nl="Maandag")
    set_end(theme, editor, timezone.now() + 5 * DAY)
    confirm(theme, editor)
    reorder(Theme, [theme.pk, *Theme.objects.exclude(pk=theme.pk).values_list("pk", flat=True)], editor)
    act = theme.revisions.public().get()
    (waiting,) = theme.revisions.pending()
    assert waiting.data == planned.data | {"position": act.data["position"]}
    assert (waiting.author, waiting.note, waiting.live_from) == (None, "Maandag", planned.live_from)
    assert waiting.carried_by == act


def test_what_was_put_back_in_the_working_copy_is_a_change_of_it_like_any_other(theme, editor):
    first = theme.revisions.get()
    publish(save(theme, title_nl="Tweede"), editor)
    restore(first, editor)
    amendment = amend(theme, {"title_nl": "Derde", "summary_nl": "Nieuw"}, editor)
    assert (row_of(theme).title_nl, row_of(theme).summary_nl) == ("Eerste", "Nieuw")
    assert [(where, kept.path) for where, kept in amendment.kept] == [(None, ("title_nl",))]


def test_an_amendment_touches_the_pages_that_publishing_the_same_would(theme, editor):
    """It tells the page cache about this one object, once for each version that it makes."""
    plan(theme, 1, title_nl="Maandag")
    number = Stamp.objects.get().number
    amend(theme, {"summary_nl": "Nu"}, editor)
    told = StampChange.objects.filter(number__gt=number).exclude(model=COUNTS.model).values_list("model", "object_id")
    assert list(told) == [("priorities.theme", theme.pk)] * 2


@pytest.fixture
def touched(monkeypatch) -> list[int]:
    """How often the processes of this machine are told that something changed."""
    calls: list[int] = []
    monkeypatch.setattr(stamp, "touch", lambda: calls.append(1))
    return calls


@pytest.mark.django_db(transaction=True)
def test_every_process_is_told_once_however_many_versions_an_act_makes(theme, editor, touched):
    plan(theme, 1, title_nl="Maandag")
    plan(theme, 2, title_nl="Dinsdag")
    touched.clear()
    amend(theme, {"summary_nl": "Nu"}, editor)
    assert len(touched) == 1


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_tells_nobody_and_the_next_one_does(theme, editor, touched):
    touched.clear()
    with transaction.atomic():
        point = transaction.savepoint()
        amend(theme, {"summary_nl": "Nu"}, editor)
        transaction.savepoint_rollback(point)
        amend(theme, {"summary_nl": "Straks"}, editor)
        assert touched == []
    assert len(touched) == 1
    assert shown(theme).summary_nl == "Straks"


# Properties: whatever is saved and planned


VALUES = {
    "title_nl": ["Eerste", "Tweede", "Derde"],
    "title_fr": ["", "Premier", "Second"],
    "summary_nl": ["", "Kort", "Lang"],
    "status": ["", "running", "done"],
}
some = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
rows = st.lists(st.integers(0, 3), max_size=3, unique=True)  # which organisations are partners
modest = settings(
    max_examples=settings.default.max_examples // 4,  # each builds a priority with all its versions
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@contextmanager
def priority(saved: list[dict], partners: list[list[int]]):
    """A priority that is public, planned for tomorrow and the day after, and saved, each time with other values.

    Nothing of it is left afterwards.
    """
    with transaction.atomic():
        organisations = list(Organisation.objects.order_by("pk")[:4])
        obj = Priority.objects.create(number=99, title_nl="Eerste", slug_nl="eerste-prioriteit")
        for days, (values, who) in enumerate(zip(saved, partners, strict=True)):
            save(obj, **values)
            wanted = {organisations[each] for each in who}
            obj.partners.exclude(organisation__in=wanted).delete()
            for each in wanted - {partner.organisation for partner in obj.partners.all()}:
                Partner.objects.create(priority=obj, organisation=each)
            if days < 3:
                publish(row_of(obj), None, f"{days}", live_from=timezone.now() + days * DAY)
        yield obj
        transaction.set_rollback(True)


def contents(obj) -> tuple[dict, list[dict], dict]:
    """What is public, what waits, and the working copy."""
    waiting = [each.data for each in obj.revisions.pending().order_by("live_from")]
    return obj.revisions.public().get().data, waiting, freeze(row_of(obj))


def cells(model, snapshot: dict) -> dict:
    found = {(unit,): tuple(snapshot[column] for column in unit) for unit in units(model)}
    for name, child in child_models(model):
        found |= {
            (name, row["id"], unit): tuple(row[c] for c in unit) for row in snapshot[name] for unit in units(child)
        }
    return found


states = st.tuples(*[st.lists(each, min_size=4, max_size=4) for each in (some, rows)])


@modest
@given(states, some)
def test_public_is_what_was_public_with_the_changes_and_nothing_else(editor, state, changes):
    with priority(*state) as obj:
        before, waiting, working = contents(obj)
        times = list(obj.revisions.pending().order_by("live_from").values_list("live_from", "author", "note"))
        amendment = amend(obj, changes, editor)
        public, waiting_now, working_now = contents(obj)
        assert public == before | changes
        assert (amendment.revision is None) == (public == before)
        assert list(obj.revisions.pending().order_by("live_from").values_list("live_from", "author", "note")) == times
        for old, new in zip([*waiting, working], [*waiting_now, working_now], strict=True):
            was, wanted = cells(Priority, old), cells(Priority, public)
            for key, value in cells(Priority, new).items():
                assert value in (was.get(key), wanted.get(key))
                if was.get(key) == cells(Priority, before).get(key):
                    assert value == wanted.get(key)


@modest
@given(states, some, st.sampled_from(sorted(VALUES)))
def test_two_amendments_of_different_things_come_to_the_same_in_either_order(editor, state, changes, column):
    first = {name: value for name, value in changes.items() if name != column}
    second = {name: value for name, value in changes.items() if name == column}
    found = []
    for one, other in ((first, second), (second, first)):
        with priority(*state) as obj:
            amend(obj, one, editor)
            amend(obj, other, editor)
            found.append(contents(obj))
            for snapshot in (found[-1][0], *found[-1][1], found[-1][2]):
                for row in snapshot["partners"]:
                    row.pop("id")  # of another run
    assert found[0] == found[1]


@modest
@given(states, some)
def test_the_opposite_amendment_gives_the_public_version_of_before(editor, state, changes):
    with priority(*state) as obj:
        before = contents(obj)[0]
        amend(obj, changes, editor)
        amend(obj, {name: before[name] for name in changes}, editor)
        assert contents(obj)[0] == before


flags = st.fixed_dictionaries({"shows_mobile": st.booleans(), "shows_phone": st.booleans()})
PHONES = st.sampled_from(["", "+32470112233", "+32470445566"])
card = st.builds(lambda phone, mobile, shows: {"phone": phone, "mobile": mobile} | shows, PHONES, PHONES, flags)


@modest
@given(card, st.lists(card, max_size=2), card, flags, st.dictionaries(st.sampled_from(["phone", "mobile"]), PHONES))
def test_nothing_that_was_hidden_is_in_anything_that_waits(editor, public, planned, saved, hidden, values):
    with transaction.atomic():
        member = StaffMember.objects.create(name="Iemand", slug="iemand", position=99)
        publish(save(member, **public), None)
        for days, each in enumerate(planned, 1):
            plan(member, days, **each)
        save(member, **saved)
        amend(member, hidden | values, editor)
        row = row_of(member)
        versions = [*member.revisions.public(), *member.revisions.pending()]
        assert len(versions) == 1 + len(planned)
        for name, flag in (("phone", "shows_phone"), ("mobile", "shows_mobile")):
            assert getattr(row, flag) == hidden[flag]
            for version in versions:
                assert hidden[flag] or version.data[name] == ""
            if hidden[flag] and name in values:
                assert versions[0].data[name] == values[name]
            if name in values and not saved[flag]:
                assert str(getattr(row, name) or "") == values[name], "what the working copy alone has"
        assert normalise(StaffMember, freeze_all(row))["name"] == "Iemand"
        transaction.set_rollback(True)

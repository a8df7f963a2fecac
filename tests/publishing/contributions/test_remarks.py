from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from priorities.models import Theme
from publishing.contributions.remarks import end_all_published, forget_old, place_of, remark
from publishing.models import Contribution, ShareLink
from publishing.workflow import amend, confirm, publish, reorder
from publishing.workflow.erasure.objects import erase
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(
        title_nl="Water", title_fr="Eau", body_nl="<h2>Bij ons</h2><p>Er is veel. En meer.</p>", slug_nl="water-hier"
    )


@pytest.fixture
def link(theme) -> ShareLink:
    return ShareLink.objects.renew(theme, None)


def give(link, theme, **said):
    return remark(link, theme, "nl", **({"text": "Klopt dit?", "quote": "Er is veel."} | said))


def test_a_remark_is_plain_text_and_knows_its_field(theme, link):
    given = give(link, theme, text=" <b>Vet</b>\u200b? ", section="Bij ons", name="An")
    assert (given.remark, given.place, given.quote, given.name) == ("<b>Vet</b>?", ["body_nl"], "Er is veel.", "An")
    assert give(link, theme, quote="", section="Water").place == ["title_nl"]
    assert give(link, theme, quote="Staat nergens.").place == []
    assert place_of(theme, "fr", "eau") == ("title_fr",)


@pytest.mark.parametrize(
    ("field", "said"),
    [("remark", {"text": " \u200b"}), ("remark", {"text": "x" * 5001}), ("name", {"name": "x" * 101})],
)
def test_an_empty_or_endless_remark_is_refused(theme, link, field, said):
    with pytest.raises(ValidationError) as error:
        give(link, theme, **said)
    assert set(error.value.message_dict) == {field}
    assert not Contribution.objects.exists()


# When it ends


def shown() -> int:
    return Contribution.objects.shown().count()


def test_publishing_what_a_link_shows_ends_it_and_closes_its_remarks(theme, link):
    give(link, theme)
    publish(theme, None)
    assert not ShareLink.objects.valid().exists()
    assert (shown(), Contribution.objects.get().outcome) == (0, "published")


def test_a_link_to_what_is_public_already_ends_when_something_new_is_published(theme):
    publish(theme, None)
    link = ShareLink.objects.renew(theme, None)
    give(link, theme)
    confirm(theme, None)
    reorder(Theme, [theme.pk], None)
    assert (ShareLink.objects.valid().count(), shown()) == (1, 1), "nothing new was published"
    theme.refresh_from_db()
    theme.title_nl = "Water!"
    theme.save()
    publish(theme, None)
    assert (ShareLink.objects.valid().count(), shown()) == (0, 0)


def test_a_correction_of_what_is_public_does_not_end_a_link_to_another_draft(theme):
    publish(theme, None)
    theme.title_nl = "Concept"
    theme.save()
    give(ShareLink.objects.renew(theme, None), theme)
    amend(theme, {"title_fr": "Eaux"}, None)
    assert (ShareLink.objects.valid().count(), shown()) == (1, 1)


def test_what_was_planned_ends_its_link_when_it_is_public(theme, link):
    give(link, theme)
    begin = timezone.now() + timedelta(days=2)
    publish(theme, None, live_from=begin)
    end_all_published()
    assert (ShareLink.objects.valid().count(), shown()) == (1, 1)
    with time_machine.travel(begin + timedelta(seconds=1)):
        end_all_published()
        assert (ShareLink.objects.valid().count(), shown()) == (0, 0)
        assert ShareLink.objects.get().published_at == begin


def test_a_remark_of_a_revoked_link_stays_until_it_is_published(theme, link):
    give(link, theme)
    ShareLink.objects.revoke(theme)
    assert shown() == 1
    publish(theme, None)
    assert shown() == 0


def test_remarks_go_thirty_days_after_publication_and_lie_no_longer_than_a_year(theme, link):
    give(link, theme)
    forgotten = give(
        ShareLink.objects.renew(Theme.objects.create(title_nl="Anders"), None), theme, text="Blijft liggen"
    )
    publish(theme, None)
    now = timezone.now()
    assert forget_old(now + timedelta(days=29)) == 0
    assert forget_old(now + timedelta(days=30, seconds=1)) == 1
    assert Contribution.objects.get() == forgotten
    assert forget_old(now + timedelta(days=366)) == 1


def test_what_is_erased_for_good_takes_its_contributions_along(theme, link):
    give(link, theme, name="An")
    erase(theme)
    assert not Contribution.objects.exists()
    assert not ShareLink.objects.exists()


def test_remarks_and_who_ticked_them_off_part_when_an_account_goes(theme, link):
    given, user = give(link, theme), staff_user("dorine")
    Contribution.objects.filter(pk=given.pk).update(closed_by=user, outcome="done")
    user.delete()
    assert Contribution.objects.get().closed_by is None

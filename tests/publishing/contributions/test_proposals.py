import zlib
from datetime import timedelta

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone

from pages.models import Aim, MissionPage
from priorities.models import Theme
from publishing.contributions import proposals
from publishing.contributions.proposals import (
    TooMany,
    accept,
    decline,
    judged,
    number_of_words,
    open_proposal,
    opened,
    propose,
    rows_of,
    sealed,
)
from publishing.contributions.texts import languages_for, texts_of
from publishing.models import Contribution, TranslationLink
from publishing.models.snapshots import freeze
from publishing.workflow import publish
from staff.models import StaffMember
from tests.conftest import staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def theme() -> Theme:
    return Theme.objects.create(
        title_nl="Water", title_fr="Eau", summary_nl="Over water.", body_nl="<p>Veel water.</p>", slug_nl="water-hier"
    )


@pytest.fixture
def link(theme) -> TranslationLink:
    return TranslationLink.objects.make([theme], "fr", None)


def send(link, row, /, **texts):
    page = link.pages.get(object_id=row.pk)
    row = type(row)._base_manager.get(pk=row.pk)
    rows = rows_of(row, link.language, open_proposal(link, page))
    return propose(link, page, rows, texts, sealed(rows))


# What there is to translate


def test_only_texts_with_a_source_are_translated_and_no_address(theme):
    assert [(pair.name, pair.source_language, pair.target) for pair in texts_of(theme, "fr")] == [
        ("title_fr", "nl", "Eau"),
        ("summary_fr", "nl", ""),
        ("body_fr", "nl", ""),
    ]


def test_a_text_that_was_written_in_french_first_is_translated_from_that(theme):
    theme.title_nl = ""
    assert texts_of(theme, "en")[0].source_language == "fr"
    assert languages_for(theme) == ["nl", "fr", "en"]
    theme.title_nl = "Water"
    assert languages_for(theme) == ["fr", "en"]


def test_the_texts_of_child_rows_come_along():
    page = MissionPage.objects.get()
    aim = page.aims.first()
    pair = next(pair for pair in texts_of(page, "en") if pair.path == ("aims", aim.pk, "text_en"))
    assert pair.source == aim.text_nl
    assert pair.row.endswith("1")


def test_of_a_card_only_the_function_is_translated():
    card = StaffMember.objects.create(name="Vera", function_nl="Denker", mobile="+32470990001", email="v@example.org")
    assert [pair.name for pair in texts_of(card, "fr")] == ["function_fr"]
    assert "990001" not in str(texts_of(card, "fr"))


# Sending


def test_what_is_sent_stands_beside_the_working_copy_and_changes_nothing(theme, link):
    before = freeze(theme)
    proposal = send(link, theme, title_fr="L’eau", summary_fr="", body_fr="<p>Beaucoup.</p>")
    theme.refresh_from_db()
    assert freeze(theme) == before
    assert [(each["path"], each["text"]) for each in Contribution.objects.get(pk=proposal.pk).texts] == [
        (["title_fr"], "L’eau"),
        (["body_fr"], "<p>Beaucoup.</p>"),
    ]
    assert number_of_words(proposal) == 2
    assert not theme.revisions.exists()


def test_sending_again_replaces_what_nobody_decided_yet(theme, link):
    first = send(link, theme, title_fr="L’eau")
    again = send(link, theme, title_fr="Les eaux", summary_fr="Sur l’eau.")
    assert (again.pk, again.times) == (first.pk, 2)
    assert len(again.texts) == 2
    assert send(link, theme, title_fr="Les eaux").texts[0]["text"] == "Les eaux"


def test_nothing_new_is_no_proposal(theme, link):
    assert send(link, theme, title_fr="Eau") is None
    assert not Contribution.objects.exists()


def test_what_the_page_does_not_ask_for_is_not_taken(theme, link):
    assert send(link, theme, title_nl="Gekaapt", slug_fr="x", needs_check_fr="on", contact="1") is None
    assert not Contribution.objects.exists()


def test_rich_text_is_sanitised_on_the_way_in(theme, link):
    proposal = send(link, theme, body_fr='<p onclick="x()">Oui</p><script>alert(1)</script><img src="x">')
    assert proposal.texts[0]["text"] == "<p>Oui</p>"


def test_a_text_that_does_not_fit_is_refused_and_nothing_is_kept(theme, link):
    with pytest.raises(ValidationError) as error:
        send(link, theme, title_fr="x" * 300, body_fr="<p>Goed.</p>")
    assert set(error.value.message_dict) == {"title_fr"}
    with pytest.raises(ValidationError):
        send(link, theme, body_fr=f"<p>{'x' * 5001}</p>")
    assert not Contribution.objects.exists()


def test_a_long_source_may_have_a_long_translation(theme, link):
    Theme.objects.filter(pk=theme.pk).update(body_nl=f"<p>{'woord ' * 2000}</p>")
    assert send(link, theme, body_fr=f"<p>{'mot ' * 5000}</p>")


def test_by_one_link_two_hundred_things_are_sent(theme, link, monkeypatch):
    monkeypatch.setattr(proposals, "MOST", 2)
    send(link, theme, title_fr="Un")
    send(link, theme, title_fr="Deux")
    with pytest.raises(TooMany):
        send(link, theme, title_fr="Trois")
    assert Contribution.objects.get().texts[0]["text"] == "Deux"
    other = TranslationLink.objects.make([theme], "fr", None)
    assert send(other, theme, title_fr="Quatre")


def test_a_form_that_somebody_made_themselves_is_made_from_nothing_older(theme, link):
    assert opened("zelf:gemaakt") == {}
    page = link.pages.get()
    rows = rows_of(theme, "fr", None)
    proposal = propose(link, page, rows, {"title_fr": "Oh"}, "zelf:gemaakt")
    assert proposal.texts[0]["unit"] == {"title_fr": "Eau"}


def sent_by(link, row, seal, /, **texts):
    """Send `texts` by a form that was opened when it got this `seal`."""
    page = link.pages.get(object_id=row.pk)
    return propose(link, page, rows_of(row, link.language, open_proposal(link, page)), texts, seal)


def test_two_who_translate_by_one_link_keep_what_the_other_sent(theme, link):
    seal = sealed(rows_of(theme, "fr", None))
    sent_by(link, theme, seal, title_fr="L’eau", summary_fr="", body_fr="")
    again = sent_by(link, theme, seal, title_fr="Eau", summary_fr="Sur l’eau.", body_fr="")
    assert [(list(each["path"]), each["text"]) for each in again.texts] == [
        (["title_fr"], "L’eau"),
        (["summary_fr"], "Sur l’eau."),
    ]


def test_a_form_that_was_opened_before_is_no_way_to_send_again_what_was_decided(theme, link):
    send(link, theme, title_fr="L’eau")
    seal = sealed(rows_of(theme, "fr", open_proposal(link, link.pages.get())))
    decline(Contribution.objects.get(), staff_user("dorine"))
    again = sent_by(link, theme, seal, title_fr="L’eau", summary_fr="Sur l’eau.")
    assert [list(each["path"]) for each in again.texts] == [["summary_fr"]]


def test_what_a_form_is_made_from_is_not_to_be_read_in_it(theme):
    """A unit has more than the two texts: the file of the picture, and its description in a third language."""
    Theme.objects.filter(pk=theme.pk).update(image="themes/geheim.jpg", image_alt_nl="Een sloot", image_alt_en="Hush")
    seal = sealed(rows_of(Theme.objects.get(pk=theme.pk), "fr", None))
    assert opened(seal)["image_alt_fr"]["unit"]["image"] == "themes/geheim.jpg"
    with pytest.raises(signing.BadSignature):
        signing.loads(seal, salt="publishing.contributions")
    assert "geheim" not in readable(seal)


def readable(seal: str) -> str:
    """What anybody reads in a signed text without a key."""
    data = seal.split(":")[0]
    try:
        return zlib.decompress(signing.b64_decode(data.removeprefix(".").encode())).decode()
    except zlib.error:
        return data


# Deciding


def test_what_is_taken_over_comes_into_the_working_copy_and_is_not_published(theme, link):
    user = staff_user("dorine")
    publish(theme, None)
    proposal = send(link, theme, title_fr="L’eau", body_fr="<p>Beaucoup.</p>")
    done, kept = accept(proposal, ["title_fr", "body_fr"], [], user)
    theme.refresh_from_db()
    assert (done, kept) == (["title_fr", "body_fr"], [])
    assert (theme.title_fr, theme.body_fr, theme.title_nl) == ("L’eau", "<p>Beaucoup.</p>", "Water")
    assert Theme.published().get(object_id=theme.pk).title_fr == "Eau"
    stored = Contribution.objects.get()
    assert (stored.outcome, stored.closed_by) == ("accepted", user)


def test_what_is_not_chosen_stays_out(theme, link):
    proposal = send(link, theme, title_fr="L’eau", summary_fr="Sur l’eau.")
    accept(proposal, ["summary_fr"], [], staff_user("dorine"))
    theme.refresh_from_db()
    assert (theme.title_fr, theme.summary_fr) == ("Eau", "Sur l’eau.")


def test_what_was_changed_meanwhile_is_kept_and_waits(theme, link):
    proposal = send(link, theme, title_fr="L’eau", summary_fr="Sur l’eau.")
    Theme.objects.filter(pk=theme.pk).update(title_fr="Eaux")
    done, kept = accept(proposal, ["title_fr", "summary_fr"], [], staff_user("dorine"))
    theme.refresh_from_db()
    assert (theme.title_fr, theme.summary_fr) == ("Eaux", "Sur l’eau.")
    assert done == ["summary_fr"]
    assert [(each.path, each.ours, each.wanted) for each in kept] == [(("title_fr",), "Eaux", "L’eau")]
    left = Contribution.objects.get()
    assert (left.is_open, [each["path"] for each in left.texts]) == (True, [["title_fr"]])


def test_somebody_who_saw_both_may_take_it_over_all_the_same(theme, link):
    proposal = send(link, theme, title_fr="L’eau")
    Theme.objects.filter(pk=theme.pk).update(title_fr="Eaux")
    assert judged(proposal, Theme.objects.get(pk=theme.pk))[0].is_overtaken
    done, kept = accept(proposal, [], ["title_fr"], staff_user("dorine"))
    theme.refresh_from_db()
    assert (theme.title_fr, done, kept) == ("L’eau", ["title_fr"], [])


def test_a_source_that_changed_meanwhile_is_told_beside_the_new_one(theme, link):
    proposal = send(link, theme, summary_fr="Sur l’eau.")
    assert judged(proposal, theme)[0].old_source == ""
    Theme.objects.filter(pk=theme.pk).update(summary_nl="Over veel water.")
    row = Theme.objects.get(pk=theme.pk)
    each = judged(proposal, row)[0]
    assert (each.old_source, each.pair.source) == ("Over water.", "Over veel water.")
    shown = next(each for each in rows_of(row, "fr", proposal) if each.pair.name == "summary_fr")
    assert shown.old_source == "Over water."
    # Another text is sent: this one still is that of the old source. A new one is of the new source.
    proposal = send(link, theme, summary_fr="Sur l’eau.", title_fr="L’eau")
    assert {each["path"][0]: each["source"] for each in proposal.texts}["summary_fr"] == "Over water."
    proposal = send(link, theme, summary_fr="Sur beaucoup d’eau.")
    assert {each["path"][0]: each["source"] for each in proposal.texts}["summary_fr"] == "Over veel water."


def test_two_texts_of_one_picture_are_taken_over_together(theme):
    theme.image, theme.image_alt_nl, theme.image_caption_nl = "themes/x.jpg", "Een sloot", "Bij Lo"
    Theme.objects.bulk_update([theme], ["image", "image_alt_nl", "image_caption_nl"])
    link = TranslationLink.objects.make([theme], "fr", None)
    proposal = send(link, theme, image_alt_fr="Un fossé", image_caption_fr="À Lo")
    _done, kept = accept(proposal, ["image_alt_fr", "image_caption_fr"], [], staff_user("dorine"))
    theme.refresh_from_db()
    assert (theme.image_alt_fr, theme.image_caption_fr, kept) == ("Un fossé", "À Lo", [])


def test_the_description_of_another_picture_is_not_taken_over_unseen(theme):
    Theme.objects.filter(pk=theme.pk).update(image="themes/x.jpg", image_alt_nl="Een sloot")
    link = TranslationLink.objects.make([theme], "fr", None)
    proposal = send(link, theme, image_alt_fr="Un fossé")
    Theme.objects.filter(pk=theme.pk).update(image="themes/y.jpg")
    done, kept = accept(proposal, ["image_alt_fr"], [], staff_user("dorine"))
    theme.refresh_from_db()
    assert (theme.image_alt_fr or "", done, len(kept)) == ("", [], 1)


def test_a_row_that_is_gone_loses_nothing():
    page = MissionPage.objects.get()
    aim = page.aims.first()
    link = TranslationLink.objects.make([page], "en", None)
    name = f"aims-{aim.pk}-text_en"
    proposal = send(link, page, **{name: "Something new", "motto_en": "Better together"})
    Aim.objects.filter(pk=aim.pk).delete()
    assert judged(proposal, MissionPage.objects.get())[-1].pair is None
    done, kept = accept(proposal, [name, "motto_en"], [], staff_user("dorine"))
    assert (done, [each.wanted for each in kept]) == (["motto_en"], ["Something new"])
    assert MissionPage.objects.get().motto_en == "Better together"


def test_a_row_takes_its_own_text():
    page = MissionPage.objects.get()
    first, second = page.aims.all()[:2]
    link = TranslationLink.objects.make([page], "en", None)
    proposal = send(link, page, **{f"aims-{second.pk}-text_en": "Something new"})
    accept(proposal, [f"aims-{second.pk}-text_en"], [], staff_user("dorine"))
    texts = {aim.pk: aim.text_en for aim in page.aims.all()}
    assert (texts[second.pk], texts[first.pk]) == ("Something new", first.text_en)


def test_nobody_decides_twice_or_about_what_was_sent_anew(theme, link):
    user = staff_user("dorine")
    proposal = send(link, theme, title_fr="L’eau")
    send(link, theme, title_fr="Les eaux")
    for decide in (lambda: accept(proposal, ["title_fr"], [], user), lambda: decline(proposal, user)):
        with pytest.raises(ValidationError):
            decide()
    proposal.refresh_from_db()
    decline(proposal, user)
    with pytest.raises(ValidationError):
        accept(proposal, ["title_fr"], [], user)
    theme.refresh_from_db()
    assert theme.title_fr == "Eau"
    assert send(link, theme, title_fr="Encore").pk != proposal.pk


def test_a_link_for_a_translator_works_for_thirty_days_and_is_no_share_link(theme, link):
    assert TranslationLink.objects.find(link.token) == link
    assert link.token not in str(TranslationLink.objects.values().get())
    TranslationLink.objects.update(created_at=timezone.now() - timedelta(days=30, seconds=1))
    assert TranslationLink.objects.find(link.token) is None


def test_what_is_not_sent_again_stays_proposed_and_what_is_taken_back_is_gone(theme, link):
    send(link, theme, title_fr="L’eau", summary_fr="Sur l’eau.")
    again = send(link, theme, title_fr="Les eaux")
    assert {each["path"][0]: each["text"] for each in again.texts} == {
        "title_fr": "Les eaux",
        "summary_fr": "Sur l’eau.",
    }
    assert send(link, theme, title_fr="Eau", summary_fr="") is None
    assert not Contribution.objects.exists()

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone

from priorities.models import Theme
from publishing.admin.work_list.entries import Asked, Rest
from publishing.admin.work_list.sent_in import CAME_BACK, REMARKS, sent_in
from publishing.contributions.proposals import decline
from publishing.contributions.remarks import remark
from publishing.models import Contribution, ShareLink, TranslationLink

pytestmark = pytest.mark.django_db


def theme_with(title: str, words: int = 150) -> Theme:
    theme = Theme.objects.create(title_nl=title, summary_nl="Over water.")
    link = TranslationLink.objects.make([theme], "fr", None)
    Contribution.objects.create(
        kind="proposal", translation_link=link, model="priorities.theme", object_id=theme.pk, language="fr",
        texts=[{"path": ["body_fr"], "text": f"<p>{'mot ' * words}</p>"}],
    )  # fmt: skip
    return theme


def asked(user, **more) -> Asked:
    return Asked(user, timezone.now(), **more)


def test_a_translation_that_came_back_and_remarks_are_work(editor):
    theme = theme_with("Water")
    share = ShareLink.objects.renew(theme, None)
    first = remark(share, theme, "nl", text="Klopt dit?", quote="Over water.")
    remark(share, theme, "fr", text="Et ceci ?")
    came, remarks = sent_in(asked(editor))
    proposal = Contribution.objects.proposals().get()
    assert (came.kind, came.minutes, came.url) == (CAME_BACK, 4.5, reverse("proposal", args=[proposal.pk]))
    assert (came.said, came.label) == ("vertaling naar het Frans kwam terug, 150 woorden", "Water")
    assert (remarks.kind, remarks.minutes, remarks.said) == (REMARKS, 6, "2 opmerkingen bij de werkversie")
    assert remarks.url.endswith(f"/change/#remark-{first.pk}")
    assert remarks.since == first.at


def test_what_was_decided_and_what_nobody_may_change_is_no_work(editor):
    theme_with("Water")
    assert list(sent_in(asked(AnonymousUser()))) == []
    decline(Contribution.objects.get(), editor)
    assert list(sent_in(asked(editor))) == []


def test_what_comes_again_is_another_cause(editor):
    theme_with("Water")
    (before,) = sent_in(asked(editor))
    Contribution.objects.update(at=timezone.now() + timezone.timedelta(minutes=1))
    (after,) = sent_in(asked(editor))
    assert before.key != after.key


def test_many_take_no_more_queries_and_beyond_the_most_they_are_counted(editor, django_assert_num_queries):
    themes = [theme_with(f"Water {number}", 10) for number in range(6)]
    editor.get_all_permissions()
    with django_assert_num_queries(2):
        found = list(sent_in(asked(editor, most=3)))
    assert len([each for each in found if not isinstance(each, Rest)]) == 3
    assert found[-1] == Rest(CAME_BACK, 3, 15, "priorities.theme")
    Theme.objects.filter(pk=themes[0].pk).delete()
    assert len(list(sent_in(asked(editor)))) == 5

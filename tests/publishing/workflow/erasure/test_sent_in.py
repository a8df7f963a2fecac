import pytest

from priorities.models import Theme
from publishing.contributions.proposals import decline, propose, rows_of, sealed
from publishing.contributions.remarks import remark
from publishing.models import Contribution, ShareLink, TranslationLink
from publishing.workflow import publish
from publishing.workflow.erasure.versions import erase_version
from tests.publishing.secret import SECRET, saying

pytestmark = pytest.mark.django_db


def test_what_people_sent_in_about_it_goes_with_it(editor):
    """A translation keeps what its source said, and a remark the sentence that it speaks of."""
    theme = saying(Theme.objects.get(slug_nl="regiomarketing"), body_nl=f"<p>{SECRET} van Jan.</p>", body_fr="<p>Z</p>")
    bad = publish(theme, editor)
    link, share = TranslationLink.objects.make([theme], "fr", editor), ShareLink.objects.renew(theme, editor)
    rows = rows_of(theme, "fr", None)
    sent = {"body_fr": f"<p>{SECRET} de Jan.</p>", "title_fr": "Titre"}
    for each in (link, TranslationLink.objects.make([theme], "fr", editor)):
        proposal = propose(each, each.pages.get(), rows, sent, sealed(rows))
    decline(proposal, editor)
    remark(share, theme, "nl", text="Klopt dit?", section="Tekst", quote=f"{SECRET} van Jan.")
    publish(saying(theme, body_nl="<p>Niets.</p>"), editor)
    remark(share, theme, "nl", text="En dit?", quote="Niets.")
    erase_version(bad)
    assert SECRET not in str(list(Contribution.objects.values()))
    kept = Contribution.objects.proposals().get()
    assert [each["path"] for each in kept.texts] == [["title_fr"]], "what is still of the page of now"
    assert [(each.remark, each.quote) for each in Contribution.objects.remarks()] == [
        ("Klopt dit?", ""),
        ("En dit?", "Niets."),
    ]

import pytest

from priorities.models import Theme
from publishing.models import TranslationState
from publishing.review.naming.mentions import search
from publishing.review.naming.redaction import redact_mentions, redact_origins
from publishing.search.names.person_matching import Sought
from publishing.workflow import publish

pytestmark = pytest.mark.django_db
SOUGHT = Sought.of(names=["Joos Vandewalle"])


def written(theme: Theme, editor, **columns: str):
    Theme.objects.filter(pk=theme.pk).update(**columns)
    return publish(Theme.objects.get(pk=theme.pk), editor)


def test_only_old_versions_are_redacted(theme, editor):
    old = written(theme, editor, body_nl="<p>Vraag het Joos Vandewalle</p>")
    written(theme, editor, body_nl="<p>Niets</p>", summary_nl="Door Joos Vandewalle")
    assert redact_mentions(search(SOUGHT).mentions, SOUGHT) == 1
    old.refresh_from_db()
    assert "Vandewalle" not in old.data["body_nl"]
    assert Theme.published().get(pk=theme.pk).summary_nl == "Door Joos Vandewalle"


def test_the_source_of_a_translation_that_names_somebody_is_dropped_and_the_translation_stays_behind(theme, editor):
    Theme.objects.filter(pk=theme.pk).update(body_nl="<p>Vraag het Joos Vandewalle</p>", body_fr="<p>Demandez</p>")
    publish(theme, editor)
    written(theme, editor, body_nl="<p>Niets</p>")
    kept = TranslationState.objects.of(theme)
    assert "Vandewalle" in str(kept.get(language="fr").origins)
    redact_origins(SOUGHT)
    state = kept.get(language="fr")
    assert "Vandewalle" not in str(state.origins)
    assert (state.origins["body"]["text"], state.behind) == (None, 1)
    assert state.origins["title"]["text"] == theme.title_nl

"""What a page says of itself where it is found or shared."""

import pytest

from priorities.models import Theme
from publishing.workflow import publish
from tests.resoc.templatetags.test_seo import shared

pytestmark = pytest.mark.django_db


def test_a_page_without_a_text_is_described_in_a_sentence_with_its_name(client, editor):
    publish(Theme.objects.create(title_nl='thema\'s "vandaag"', slug_nl="leeg"), editor)
    said = ["Een thema dat RESOC Westhoek opvolgt: thema’s “vandaag”."]
    assert shared(client, "/themas/leeg/")["og:description"] == said
    assert shared(client, "/fr/themes/leeg/")["og:description"] == ["Thema’s “vandaag” · RESOC Westhoek"]


def test_a_heading_is_no_part_of_what_is_said_of_a_text_unless_there_is_nothing_else(client, editor):
    body = "<h2>Voor wie</h2><p>Voor iedereen in de streek.</p><h3>Hoe</h3><p>Samen.</p>"
    publish(Theme.objects.create(title_nl="thema", slug_nl="met-koppen", body_nl=body), editor)
    assert shared(client, "/themas/met-koppen/")["og:description"] == ["Voor iedereen in de streek. Samen."]
    publish(Theme.objects.create(title_nl="thema", slug_nl="kop", body_nl="<h2>Voor wie</h2>"), editor)
    assert shared(client, "/themas/kop/")["og:description"] == ["Voor wie"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "/contact/sigrid-verhaeghe/",
            "Sigrid Verhaeghe (leidinggevend stafmedewerker) werkt voor RESOC Westhoek. Telefoon: 0494 53 54 78.",
        ),
        (
            "/fr/contact/dorine-sioen/",
            "Dorine Sioen (secrétariat) travaille pour le RESOC Westhoek. Téléphone : +32 51 51 93 56.",
        ),
        (
            "/en/priorities/mobility-and-access/",
            "Priority 1 of RESOC Westhoek: the urgent need for better mobility and access.",
        ),
    ],
)
def test_a_card_and_a_priority_without_text_are_described_in_a_sentence(client, address, said):
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in shared(client, address)["og:description"]] == [said]

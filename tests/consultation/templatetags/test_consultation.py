"""What the page of an opinion says in one sentence."""

from datetime import date

import pytest
from django.utils.translation import override

from consultation.models import Opinion, Position
from consultation.templatetags.consultation import decision, position_title


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"decision": "consensus"}, "Goedgekeurd bij consensus op 12\xa0maart 2026"),
        ({"decision": "unanimous"}, "Goedgekeurd met eenparigheid op 12\xa0maart 2026"),
        (
            {"decision": "vote", "votes_for": 12, "votes_against": 3, "abstentions": 2},
            "Goedgekeurd na stemming op 12\xa0maart 2026: 12 voor, 3 tegen, 2 onthoudingen",
        ),
        (
            {"decision": "vote", "votes_for": 1},
            "Goedgekeurd na stemming op 12\xa0maart 2026: 1 voor, 0 tegen, 0 onthoudingen",
        ),
        ({"decision": ""}, "Goedgekeurd op 12\xa0maart 2026"),
        ({"outcome": "none"}, "Geen inhoudelijk advies, 12\xa0maart 2026"),
    ],
)
def test_a_decision_is_one_line(values, said):
    assert decision(Opinion(adopted_on=date(2026, 3, 12), **values)) == said


def test_it_is_said_in_the_language_of_the_reader():
    opinion = Opinion(adopted_on=date(2026, 3, 1), decision="unanimous")
    with override("fr"):
        assert decision(opinion) == "Adopté à l’unanimité le 1er\xa0mars 2026"
        voted = Opinion(adopted_on=date(2026, 3, 12), decision="vote", votes_for=1)
        assert "2026\xa0: 1 pour" in decision(voted)
    with override("en"):
        assert decision(opinion) == "Adopted unanimously on 1\xa0March 2026"


def test_a_position_says_whose_it_is():
    assert position_title(Position(group="workers")) == "Afwijkend standpunt van Werknemers"
    assert position_title(Position(group="workers", kind="explanation")) == "Stemverklaring van Werknemers"

"""Many editors publish at once."""

import pytest

from tests.chaos.conftest import FULL
from tests.chaos.site import Site, inside


@pytest.mark.always
@pytest.mark.parametrize(("engine", "editors"), [("sqlite", 8), ("postgresql", 50)])
def test_nobody_loses_an_edit_and_nobody_waits_for_ever(engine, editors, engine_site, tell):
    site: Site = engine_site
    rounds = 2 if FULL else 1
    found = inside(site.data, "together", editors, rounds, **site.variables)
    assert found["failed"] == []
    assert found["stuck"] == 0
    assert found["lost"] == []
    assert found["public_twice"] == 0
    assert found["acknowledged"] >= editors * rounds, "at least one's own page, every time"
    assert found["refused"].keys() <= {"both texts shown"}
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[engine]
    tell(
        f"Together: {editors} editors on {name}",
        f"{editors} editors, each with a connection of their own, published {rounds} times an own page and a page of "
        "all, in opposite orders, and some of them ordered a list.",
        "Nothing unusual.",
        f"{found['acknowledged']} publications were acknowledged, the slowest after {found['longest']:.1f} s; "
        f"{sum(found['refused'].values())} times somebody else had saved first, and both texts were shown. "
        "No deadlock.",
        "Nothing: every acknowledged text is in history.",
        f"Not needed; all was done in {found['seconds']:.1f} s.",
    )

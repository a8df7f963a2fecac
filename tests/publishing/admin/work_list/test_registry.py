import pytest
from django.core.exceptions import ImproperlyConfigured

from publishing.admin.work_list import Tier, WorkKind, register
from publishing.admin.work_list.registry import kinds


def test_two_kinds_have_another_name_and_another_rank():
    taken = kinds()["hollow"]
    for kind in (WorkKind("hollow", Tier.BETTER, 99, "x"), WorkKind("another", Tier.BETTER, taken.rank, "x")):
        with pytest.raises(ImproperlyConfigured, match="one name or rank"):
            register(kind)
    assert "another" not in kinds()


def test_ranks_rise_with_tiers():
    in_order = sorted(kinds().values(), key=lambda kind: kind.rank)
    assert [kind.tier for kind in in_order] == sorted(kind.tier for kind in in_order)

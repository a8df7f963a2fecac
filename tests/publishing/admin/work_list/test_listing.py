import pytest
from django.utils.translation import override

from publishing.admin.work_list.listing import duration, summary
from publishing.admin.work_list.ranking import WorkList


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "ongeveer 1 minuut"),
        (4, "ongeveer 4 minuten"),
        (6, "ongeveer 10 minuten"),
        (30, "ongeveer een halfuur"),
        (29, "ongeveer een halfuur"),
        (33, "ongeveer 35 minuten"),
        (57, "ongeveer een uur"),
        (60, "ongeveer een uur"),
        (75, "ongeveer 75 minuten"),
        (100, "ongeveer 2 uur"),
        (6000, "ongeveer 100 uur"),
    ],
)
def test_a_sum_of_minutes_in_words(minutes, said):
    with override("nl"):
        assert duration(minutes) == said


def test_how_much_it_is():
    with override("nl"):
        assert summary(WorkList((), 6, 30)) == "6 punten, ongeveer een halfuur"
        assert summary(WorkList((), 1, 2)) == "1 punt, ongeveer 2 minuten"
        assert summary(WorkList((), 0, 0)) == ""

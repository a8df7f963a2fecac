import pytest


@pytest.fixture(autouse=True)
def _own_places(own_places) -> None:
    """Each test has places of its own for what is remembered and for files."""

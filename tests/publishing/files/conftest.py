import pytest


@pytest.fixture(autouse=True)
def _own_media(media) -> None:
    """No test of files sees those of another."""

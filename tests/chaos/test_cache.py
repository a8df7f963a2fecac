"""Redis is gone, or hangs: slower, never wrong, never a 5xx."""

import re
import time

import pytest

from tests.chaos.people import PASSWORD
from tests.chaos.site import Answer, Person, Site, until

pytestmark = pytest.mark.needs("redis")


def sign_in(site: Site, name: str, password: str = PASSWORD) -> Answer:
    """Somebody without a session fills in the form."""
    person = Person(site)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.get("/account/login/").text)
    assert token
    return person.post("/account/login/", {"login": name, "password": password, "csrfmiddlewaretoken": token[1]})


def test_signing_in_goes_on_and_attempts_are_still_counted(site, redis, tell):
    site.variables["CACHE_URL"] = redis.address
    with site:
        before = sign_in(site, "johan")
        assert before.status == 302
        redis.hang()
        hanging = [sign_in(site, "johan") for _time in range(3)]
        pages = [Person(site).get(path).status for path in ("/", "/contact/", "/zoeken/?q=thema")]
        redis.kill()
        time.sleep(0.2)
        gone = [sign_in(site, "johan") for _time in range(3)]
        guesses = [sign_in(site, "editor1", "geraden") for _time in range(7)]
        late = sign_in(site, "editor1")
        desk = site.editor(2).get("/admin/")
        redis.start()
        back = until(lambda: sign_in(site, "johan").status == 302 and _keys(redis), 20)
    answers = [*hanging, *gone, *guesses, late, desk]
    assert {each.status for each in answers} <= {200, 302, 429}
    assert {each.status for each in [*hanging, *gone]} == {302}
    assert pages == [200, 200, 200]
    assert "Te veel" in late.text, "who guesses is stopped, also with the right password"
    assert max(each.seconds for each in answers) < 8
    slow, without = (max(each.seconds for each in some) for some in (hanging, gone))
    tell(
        "Redis is gone",
        "Redis first hung (`SIGSTOP`), then was killed, then started again.",
        "Nothing: every page answered 200.",
        f"Signing in took {before.seconds:.2f} s before; at most {slow:.2f} s while Redis hung and {without:.2f} s "
        "while it was gone. Guessing a password was stopped as before: this machine counts.",
        "Nothing but the count of attempts on the other machines.",
        f"Attempts were counted in Redis again {back:.1f} s after it was back.",
    )


def _keys(redis) -> int:
    import redis as library

    client = library.Redis(port=redis.port, db=1)
    try:
        return client.dbsize()
    finally:
        client.close()

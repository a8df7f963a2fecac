"""The mail server is dead: refuses, hangs, or answers nonsense."""

import re

from tests.chaos.servers import MailServer
from tests.chaos.site import Answer, Person, Site, free_port, inside

GOOD = {
    "ehlo": "250 here",
    "helo": "250 here",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "dot": "250 taken",
    "quit": "221 bye",
}
DEAD = {
    "refuses the connection": None,
    "hangs": {"greeting": ""},
    "hangs in the middle of a letter": GOOD | {"data": "220 wait"},
    "is busy (421)": {"greeting": "421 busy"},
    "is full (452)": GOOD | {"mail": "452 no room"},
    "refuses the receiver (550)": GOOD | {"rcpt": "550 who?"},
    "refuses the letter (554)": GOOD | {"dot": "554 no"},
    "talks nonsense": {"greeting": "hello there"},
}


def ask_for_code(site: Site) -> Answer:
    person = Person(site)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', person.get("/account/login/code/").text)
    assert token
    return person.post("/account/login/code/", {"email": "johan@example.org", "csrfmiddlewaretoken": token[1]})


def test_nobody_waits_for_a_dead_mail_server_and_every_mail_goes_when_it_lives(site, tell):
    waits = []
    for number, (how, answers) in enumerate(DEAD.items(), 1):
        server = MailServer(**answers) if answers is not None else None
        port = server.port if server else free_port()
        site.variables["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        try:
            found = inside(site.data, "mail_by_dead_server", **site.variables)
        finally:
            if server:
                server.close()
        assert found["waiting"] == number, how
        assert found["error"], how
        waits.append(found["seconds"])
    server = MailServer(**GOOD)
    try:
        hanging = MailServer(greeting="")
        site.variables["EMAIL_URL"] = f"smtp://127.0.0.1:{hanging.port}"
        with site:
            pages = {Person(site).get(path).status for path in ("/", "/contact/")}
            asked = [ask_for_code(site) for _time in range(2)]
            pages |= {Person(site).get(path).status for path in ("/", "/fr/contact/")}
        hanging.close()
        site.variables["EMAIL_URL"] = f"smtp://127.0.0.1:{server.port}"
        found = inside(site.data, "mail_later", **site.variables)
        letters = len(server.letters)
    finally:
        server.close()
    assert pages == {200}
    assert {each.status for each in asked} == {302}
    slowest = max(each.seconds for each in asked)
    assert slowest < 5, "nobody waits for a mail server"
    assert found["waiting"] == 0
    assert letters == found["sent"] == len(DEAD) + 2
    tell(
        "The mail server is dead",
        f"One that {', '.join(DEAD)}. Then one that takes everything.",
        "Nothing.",
        f"Who asked for a code while the server hung had the next page within {slowest:.2f} s. "
        "What waits is in the desk’s menu after ten minutes, with what the server said.",
        f"Nothing: {letters} of {letters} mails arrived, each once.",
        "At the next try: after a minute, then less and less often. Of the dead ones none took more than "
        f"{max(waits):.1f} s of the sender’s time.",
    )

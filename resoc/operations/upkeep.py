"""Background work: mails that wait are sent, those of the week are made, cards are asked after, consents follow planned
cards, names of former members go, links to drafts that are public now end, what is old goes from the log, and versions
that older code made are judged. Beside them, where it keeps no mail waiting, the links are looked at, and each night a
backup is made.

Each worker runs all once a minute; what they do is claimed in the database first, so more workers
do no more. Once an hour each puts the index of texts in order and thins kept saves, of which the
second has nothing left to do. Publishing needs none of it: what is public follows from the time alone.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from consultation.consents import let_former_names_go
from consultation.following.followers import forget_unconfirmed
from consultation.following.weekly_mail import send_due as send_weekly
from publishing.backup.nightly import make_due
from publishing.contributions.remarks import end_all_published
from publishing.contributions.remarks import forget_old as forget_old_contributions
from publishing.models.work import forget_put_off
from publishing.operations.addresses.missing_addresses import forget_old as forget_missing_addresses
from publishing.operations.addresses.missing_addresses import write as write_missing_addresses
from publishing.operations.audit_log import forget_old
from publishing.operations.link_check import check_due
from publishing.operations.mail import deliver
from publishing.review.lacks import catch_up
from publishing.search.word_index import merge
from publishing.web.sent_forms.kept_uploads import forget_old as forget_old_uploads
from publishing.workflow.erasure.memory import write_down
from publishing.workflow.erasure.traces import empty_log
from publishing.workflow.undo import forget_old as forget_old_acts
from publishing.workflow.working_copies.drafts import thin
from staff.accounts.sessions import forget_expired
from staff.cards.consent import follow_plans
from staff.my_card.card_checks import send_due

MINUTE, HOUR = 60, 3600  # seconds

logger = logging.getLogger(__name__)


def run() -> None:
    """Do what is due."""
    follow_plans()
    let_former_names_go()
    send_due()
    send_weekly()
    deliver()
    end_all_published()
    forget_old()
    forget_expired()
    write_missing_addresses()
    catch_up()


def hourly() -> None:
    """Put the index of texts in order, let go of kept saves, acts and chosen files that are old, and finish erasing.

    The file of erasures learns what another machine erased, and SQLite's log is wiped if it was being read then.
    """
    merge()
    tidy()
    write_down()
    empty_log()


def tidy() -> None:
    """Let go of what is old: kept saves, acts, chosen files, what people sent in, lines put off, wrong addresses, and
    addresses that nobody confirmed.
    """
    thin()
    forget_old_acts()
    forget_old_contributions()
    forget_old_uploads()
    forget_put_off()
    forget_missing_addresses()
    forget_unconfirmed()


def start() -> None:
    """Run for as long as this process lives, beside its requests."""
    for job, name, every in (
        (run, "upkeep", MINUTE),
        (check_due, "links", MINUTE),
        (make_due, "backups", MINUTE),
        (hourly, "hourly", HOUR),
    ):
        threading.Thread(target=_forever, args=(job, every), name=name, daemon=True).start()


def _forever(job: Callable[[], None], every: int) -> None:
    while True:
        time.sleep(every)
        try:
            job()
        except Exception:  # the database or the network is away: the next time comes
            logger.exception("Upkeep failed; it is tried again in %s seconds.", every)
        finally:
            connection.close()

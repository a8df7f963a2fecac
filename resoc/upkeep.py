"""What must happen while nobody clicks: mails that wait are sent, cards are asked after, consents
follow planned cards, what is old goes from the log. Beside them, where it keeps no mail waiting, the
links are looked at.

Each worker runs both once a minute; what they do is claimed in the database first, so more workers
do no more. Once an hour each puts the index of texts in order and thins kept saves, of which the
second has nothing left to do. Publishing needs none of it: what is public follows from the time alone.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from publishing.audit import forget_old
from publishing.link_check import check_due
from publishing.mail import deliver
from publishing.text_index import merge
from publishing.workflow.drafts import thin
from publishing.workflow.undo import forget_old as forget_old_acts
from staff.card_checks import send_due
from staff.consent import follow_plans
from staff.sessions import forget_expired

MINUTE, HOUR = 60, 3600  # seconds

logger = logging.getLogger(__name__)


def run() -> None:
    """Do what is due."""
    follow_plans()
    send_due()
    deliver()
    forget_old()
    forget_expired()


def hourly() -> None:
    """Put the index of texts in order, and let go of kept saves and acts that are old."""
    merge()
    tidy()


def tidy() -> None:
    """Let go of kept saves and of acts that are old."""
    thin()
    forget_old_acts()


def start() -> None:
    """Run for as long as this process lives, beside its requests."""
    for job, name, every in ((run, "upkeep", MINUTE), (check_due, "links", MINUTE), (hourly, "hourly", HOUR)):
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

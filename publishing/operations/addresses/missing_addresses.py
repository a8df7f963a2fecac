"""Addresses at which visitors find no page, counted without anything about who asked.

Each process adds up in memory and writes once a minute, a bounded number of rows, so a flood of made-up addresses
costs the database no more than one visitor does. What a program probes for is not counted, nor what may be about a
person: a mailbox, a number, a secret.
"""

import re
import threading
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from publishing.cache.parameters import has_secret
from publishing.models import MissingAddress
from publishing.models.old_addresses import LONGEST_ADDRESS
from publishing.operations.logs import masked
from publishing.web.addresses.wrong_addresses import key_of

MOST_WAITING = 100  # addresses that one process adds up
MOST_WRITTEN = 30  # at a time
MOST = 300  # rows that are kept: those asked for most
KEPT_FOR = timedelta(days=90)
MANY = 1_000_000
KEPT = re.compile(r"/[\w/.~+ -]*")
PROBED = re.compile(
    r"/\.|\.\.|wp-|wordpress|xmlrpc|phpmyadmin|cgi-bin|/vendor/|/actuator|autodiscover|/owa\b|boaform|hnap1|/solr"
    r"|telescope|/api/|graphql|/geoserver|/remote|/manager|/setup|/config|/backup|/console|/login|/admin"
    r"|\.(?:env|git|sql|bak|zip|gz|tar|rar|ini|ya?ml|xml|json|js|css|map|ico|png|jpe?g|gif|svg|webp|txt|cgi|sh|exe|log)\b"
)
# A number of a telephone or of a person, and a token.
PERSONAL = re.compile(r"[0-9]{7}|(?:[0-9]{2,3}[ ._-]){3}[0-9]{2}|(?=[a-z]*[0-9])[0-9a-z]{25}")

_lock = threading.Lock()
_waiting: Counter[str] = Counter()


def note(path: str) -> None:
    """Count that somebody found no page at `path`, when that may be kept."""
    if len(path) > LONGEST_ADDRESS or not is_kept(path):
        return
    key = key_of(path)
    with _lock:
        if key in _waiting or len(_waiting) < MOST_WAITING:
            _waiting[key] += 1


def is_kept(path: str) -> bool:
    """Whether `path` may be written down: it is no probe of a program, and nothing in it may be about a person."""
    words = path.lower()
    first = words.removeprefix("/").split("/")[0]
    return (
        path != "/"
        and KEPT.fullmatch(path) is not None
        and not PROBED.search(words)
        and not PERSONAL.search(words)
        and first not in settings.PUBLISHING_USER_PATHS
        and masked(path) == path
        and not has_secret(path)
        and not has_secret(key_of(path))
    )


def write() -> int:
    """Write down what this process added up; returns how many addresses."""
    with _lock:
        counted = dict(_waiting.most_common(MOST_WRITTEN))
        _waiting.clear()
    if not counted:
        return 0
    today = timezone.localdate()
    with transaction.atomic():
        known = MissingAddress.objects.filter(address__in=counted)
        # Locked in one order, so that of two processes with the same addresses none waits for the other for ever.
        mine = known.filter(count__lt=MANY).order_by("address").select_for_update()
        told = set(mine.values_list("address", flat=True))
        for number in sorted(set(counted.values())):
            same = [address for address in told if counted[address] == number]
            known.filter(address__in=same).update(count=F("count") + number, last_on=today)
        new = counted.keys() - set(known.values_list("address", flat=True))
        MissingAddress.objects.bulk_create(
            [MissingAddress(address=each, count=counted[each], first_on=today, last_on=today) for each in sorted(new)],
            ignore_conflicts=True,  # another process may have been first
        )
        if new:
            kept = MissingAddress.objects.order_by("-is_dismissed", "-count", "-last_on", "pk").values_list("pk")[:MOST]
            MissingAddress.objects.exclude(pk__in=[pk for (pk,) in kept]).delete()
    return len(counted)


def forget_old() -> None:
    """Forget what nobody asked for in a long time."""
    MissingAddress.objects.filter(last_on__lt=timezone.localdate() - KEPT_FOR).delete()

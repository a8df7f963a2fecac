"""The work that comes from backups: none was made, or none was seen to bring everything back."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.admin.work_list import Asked, Tier, WorkItem, WorkKind, register
from publishing.admin.work_list.operator import mail_to
from publishing.admin.work_list.readiness import Lacking, check
from publishing.backup.nightly import BackupProblem, standing
from publishing.backup.rehearsal import is_unrehearsed
from publishing.i18n.formats import written

BACKUP = WorkKind("no-backup", Tier.BROKEN, 3, gettext_lazy("backup that was not made"))
REHEARSAL = WorkKind("no-rehearsal", Tier.BROKEN, 3.5, gettext_lazy("backup that was not tried out"))


@register(BACKUP, REHEARSAL)
def backups(asked: Asked) -> Iterator[WorkItem]:
    """That no backup was made for two days, or the last one is gone, or none was tried out for five weeks."""
    found = standing()
    if lack := found.lack(asked.now):
        if lack is BackupProblem.OLD and found.at:
            told = _("No backup was made since %s") % written(found.at, "j F Y")
        else:
            told = _("The last backup is gone") if lack is BackupProblem.GONE else _("No backup was made yet")
        yield _told(BACKUP, told, found.at, cause=f"{found.at:%Y-%m-%d}" if found.at else "")
    if is_unrehearsed():
        told = _("The backup was not tried out for five weeks")
        yield _told(REHEARSAL, told)


def _told(kind: WorkKind, told: str, since: datetime | None = None, cause: str = "") -> WorkItem:
    said = _("write to the person who runs the site")
    return WorkItem(kind, told, said, mail_to(told, f"{told}."), 2, since, cause=cause)


@check
def backup_is_made(asked: Asked) -> Lacking | None:
    """Whether there is a backup at all."""
    return None if standing().at else Lacking(_("a backup (who runs the site makes it)"))

"""A share link ends when what it shows is published, and with it the remarks on that."""

from publishing.models import Contribution, Publishable, ShareLink
from publishing.models.snapshots import diff, freeze, normalise


def end_published(obj: Publishable) -> bool:
    """End the share links to `obj` of before what its working copy says was published; whether there were any.

    A version that only says again what visitors read already ends none.
    """
    links = list(ShareLink.objects.of(obj).filter(published_at=None))
    public = obj.revisions.public().first() if links else None
    row = type(obj)._base_manager.filter(pk=obj.pk).first() if public else None
    if public is None or row is None:
        return False
    ended = [each.pk for each in links if each.created_at < public.changed_at]
    if not ended or diff(normalise(type(row), public.data), freeze(row)):
        return False
    ShareLink.objects.filter(pk__in=ended).update(published_at=public.changed_at)
    remarks = Contribution.objects.shown().filter(share_link__in=ended)
    remarks.update(outcome=Contribution.Outcome.PUBLISHED, closed_at=public.changed_at)
    return True

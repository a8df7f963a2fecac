"""End share links, and close their remarks, when the shared content is published."""

from publishing.models import Contribution, Publishable, ShareLink
from publishing.models.snapshots import diff, freeze, normalise


def end_published(obj: Publishable) -> bool:
    """End the share links to `obj` older than its public version; return whether any ended.

    None ends while the working copy differs from the public version, or when identical content is published again.
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

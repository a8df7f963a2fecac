"""Make one of every page that only who has its link can open, and print their addresses as JSON.

`tools/screenshots.py` runs it on the site that it made for its pictures: of a draft that is shared, of texts to
translate, and of somebody who follows by mail. Never run it on your own site: it changes an opinion and a theme.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def links() -> dict[str, str]:
    """Their addresses, by a name; each in a state of its own."""
    from django.utils import timezone

    from consultation.following.followers import CONFIRM, LEAVE, link
    from consultation.models import Follower, Opinion
    from priorities.models import Theme
    from publishing.models import ShareLink, TranslationLink

    draft, ended = Opinion._base_manager.order_by("-pk")[0], Theme._base_manager.order_by("-pk")[0]
    for row in (draft, ended):
        row.title_nl = f"{row.title_nl} (werkversie)"
        row.save()
    shared, over = ShareLink.objects.renew(draft, None, "nl"), ShareLink.objects.renew(ended, None, "nl")
    ShareLink.objects.revoke(ended)
    texts = TranslationLink.objects.make([draft, ended], "fr", None)
    now = timezone.now()
    followers = []
    for name in ("confirm", "leave"):
        follower = Follower(language="nl", asked_at=now, mailed_at=now)
        follower.address = f"{name}@example.org"
        follower.save()
        followers.append(follower)
    return {
        "shared": shared.get_absolute_url(),
        "shared-over": over.get_absolute_url(),
        "translate": texts.get_absolute_url(),
        "translate-page": texts.get_absolute_url(texts.pages.get(object_id=draft.pk, model=draft._meta.label_lower)),
        "follow-confirm": link(CONFIRM, followers[0]),
        "follow-leave": link(LEAVE, followers[1]),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resoc.settings")
    import django

    django.setup()
    print(json.dumps(links()))

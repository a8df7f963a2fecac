"""Sessions: how long one lasts, which ones a person has, and how they end.

With rights in the desk one is out after `IDLE` without use and after `DESK` in all, everybody else
after `OTHERS`. That is judged when a view reads the user, by the rights of that moment. Which
sessions an account has stands in `allauth.usersessions`, which cannot be read from the sessions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from publishing.text.numbers import parse_int
from publishing.web.middleware import FOR_USERS, first_word
from publishing.web.sent_forms import kept_uploads
from staff.rights import has_rights

IDLE = timedelta(hours=12)
DESK = timedelta(days=7)
OTHERS = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=5)  # so that not every request writes its session

SIGNED_IN, USED = "signed_in_at", "used_at"  # names in the session, of seconds since 1970
NO_ADDRESS = "0.0.0.0"  # noqa: S104  # allauth's row wants an internet address; ours keep none


# How long they last


def users(get_response: Callable[[HttpRequest], HttpResponse]):
    """Middleware behind Django's for users: no user any more once the session has lasted too long."""

    def middleware(request: Any) -> HttpResponse:
        known_as = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.user = SimpleLazyObject(lambda: _user_of(request))
        response = get_response(request)
        if known_as and request.session.accessed and request.session.session_key != known_as:
            follow(known_as, request)
        return response

    return middleware


def _user_of(request: Any) -> Any:
    if SESSION_KEY not in request.session:
        return AnonymousUser()
    now = timezone.now()
    signed_in, used = moments(request.session)
    user = get_user(request)
    if is_over(user, signed_in, used, now):
        kept_uploads.follow(request.session.session_key, "")
        request.ended_for = user.pk
        request.session.flush()
        if first_word(request) in FOR_USERS:
            messages.info(request, _("You were signed out, because you signed in long ago: please sign in again."))
        return AnonymousUser()
    if user.is_authenticated and now - used >= NOTED_EVERY and not is_ping(request):
        request.session[USED] = now.timestamp()
    return user


def moments(session: Any) -> tuple[datetime, datetime]:
    """When somebody signed in to `session`, and when it was last used; long ago when it does not say."""
    signed_in = datetime.fromtimestamp(session.get(SIGNED_IN, 0), timezone.get_current_timezone())
    return signed_in, datetime.fromtimestamp(session.get(USED, 0), timezone.get_current_timezone())


def is_over(user: Any, signed_in: datetime, used: datetime, now: datetime) -> bool:
    """Whether a session of `user` has lasted long enough, by the rights that `user` has now."""
    if now - signed_in >= OTHERS:
        return True
    return (now - used >= IDLE or now - signed_in >= DESK) and has_rights(user)


def is_ping(request: HttpRequest) -> bool:
    """Whether a page sent this by itself, and nobody did anything; a view says so with `is_ping`."""
    match = request.resolver_match
    return match is not None and getattr(match.func, "is_ping", False)


# Which ones there are


@receiver(user_logged_in)
def begin(request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Somebody signed in: their session begins to count."""
    request.session[SIGNED_IN] = request.session[USED] = timezone.now().timestamp()
    if request.session.session_key is None:
        request.session.save()
    length: Any = UserSession._meta.get_field("user_agent").max_length
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": NO_ADDRESS,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:length],
        },
    )


def follow(old_key: str, request: HttpRequest) -> None:
    """The session that was `old_key` has another key now, as after a new password, or it is over."""
    rows = UserSession.objects.filter(session_key=old_key)
    new_key = request.session.session_key
    if new_key and SESSION_KEY in request.session and not UserSession.objects.filter(session_key=new_key).exists():
        rows.update(session_key=new_key)
        kept_uploads.follow(old_key, new_key)
    else:
        rows.delete()


def end_sessions(user_id: int, but: HttpRequest | None = None, only: Any = None) -> int:
    """End the sessions of an account, but the one in which request `but` came; or those rows that are in `only`.

    Returns how many ended.
    """
    rows = UserSession.objects.filter(user_id=user_id)
    if but is not None and but.session.session_key:
        rows = rows.exclude(session_key=but.session.session_key)
    if only is not None:
        rows = rows.filter(pk__in=only)
    keys = list(rows.values_list("session_key", flat=True))
    with transaction.atomic():
        ended, _by_model = Session.objects.filter(session_key__in=keys).delete()
        UserSession.objects.filter(session_key__in=keys).delete()
        kept_uploads.forget_sessions(user_id, keys)
    return ended


def forget_expired() -> None:
    """Delete the sessions that nobody can use any more."""
    over = Session.objects.filter(expire_date__lt=timezone.now())
    if over.exists():  # each worker asks once a minute, and most often nothing need be written
        over.delete()
    lost = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    if lost.exists():
        lost.delete()


# The page on which people see and end them


@dataclass(frozen=True)
class Device:
    """One session in words."""

    pk: int
    name: str
    signed_in: datetime
    used: datetime
    is_this: bool


def devices(request: HttpRequest) -> list[Device]:
    """Where the person who asks is signed in now: this browser first, then the one used last."""
    now = timezone.now()
    rows = UserSession.objects.filter(user_id=request.user.pk)
    kept = Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=now)
    sessions = {session.session_key: session.get_decoded() for session in kept}
    found = []
    for row in rows:
        data = sessions.get(row.session_key, {})
        signed_in, used = moments(data)
        is_this = row.session_key == request.session.session_key
        if data and (is_this or not is_over(request.user, signed_in, used, now)):
            found.append(Device(row.pk, device_name(row.user_agent), signed_in, used, is_this))
    return sorted(found, key=lambda each: (not each.is_this, -each.used.timestamp()))


# Where the words of a browser about itself say the same as another's, the first that is found is meant.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def device_name(user_agent: str) -> str:
    """A browser as people name it, such as “Firefox, Windows”."""
    names = (next((name for mark, name in each.items() if mark in user_agent), "") for each in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, names)) or _("Unknown device")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_sessions(request: HttpRequest) -> HttpResponse:
    """The list, and a button to end one or all others."""
    if request.method == "POST":
        number = parse_int(request.POST.get("end", ""))
        ended = end_sessions(request.user.pk, but=request, only=[number] if "end" in request.POST else None)  # type: ignore[arg-type]
        if ended:
            messages.success(request, _("Signed out there."))
        else:
            messages.info(request, _("You were not signed in there any more."))
        return redirect("usersessions_list")
    return render(request, "usersessions/usersession_list.html", {"devices": devices(request)})

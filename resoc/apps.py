"""The project as an app: no models, only what is wired once all apps are there."""

from allauth.usersessions.apps import UserSessionsConfig
from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.db.models.signals import post_migrate


class ResocConfig(AppConfig):
    """Gives the groups their permissions after every migration, and checks what Django does not know."""

    name = "resoc"

    def ready(self) -> None:
        from resoc.doctor import checks  # noqa: F401  (registers them)
        from resoc.groups import grant_permissions

        # Django signals this for apps with models only; `consultation` is the last of those,
        # so by then the permissions of all apps exist.
        post_migrate.connect(grant_permissions, sender=apps.get_app_config("consultation"))


class ResocAdminConfig(SimpleAdminConfig):
    """Django's admin with our site of it, whose forms are loaded with its addresses: visitors need none."""

    default_site = "resoc.admin.ResocAdminSite"


class SessionsConfig(UserSessionsConfig):
    """allauth's list of sessions. `staff.accounts.sessions` fills it: allauth's own stores internet addresses too."""

    def ready(self) -> None:
        pass

"""The addresses of opinions, meetings and members, and to follow by mail."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from consultation.following.views import follow, follow_confirm, follow_leave
from consultation.models import Meeting, Opinion
from consultation.open_data.calendars import MeetingFileView, calendar
from consultation.views import MeetingView, OpinionView, meeting_list, member_list, opinion_list
from publishing.web.views import VersionListView

urlpatterns = [
    path(_("opinions/"), opinion_list, name="opinion_list"),
    path(_("opinions/<slug:slug>/"), OpinionView.as_view(), name="opinion_detail"),
    path(_("opinions/<slug:slug>/versions/"), VersionListView.as_view(model=Opinion), name="opinion_detail_versions"),
    path(_("opinions/<slug:slug>/versions/<number:version>/"), OpinionView.as_view(), name="opinion_detail_version"),
    path(_("members/"), member_list, name="member_list"),
    path(_("follow/"), follow, name="follow"),
    path(_("follow/confirm/<str:token>/"), follow_confirm, name="follow_confirm"),
    path(_("follow/leave/<str:token>/"), follow_leave, name="follow_leave"),
    path(_("agenda/"), meeting_list, name="meeting_list"),
    path("agenda.ics", calendar, name="calendar"),
    path(_("agenda/<slug:slug>.ics"), MeetingFileView.as_view(), name="meeting_file"),
    path(_("agenda/<slug:slug>/"), MeetingView.as_view(), name="meeting_detail"),
    path(_("agenda/<slug:slug>/versions/"), VersionListView.as_view(model=Meeting), name="meeting_detail_versions"),
    path(_("agenda/<slug:slug>/versions/<number:version>/"), MeetingView.as_view(), name="meeting_detail_version"),
]

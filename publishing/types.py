"""Names for generic types of Django whose arguments say nothing here, or can't be written where Python runs them.

No layer: every package may import it, and it imports none.
"""

from collections.abc import Callable
from logging import StreamHandler
from typing import TYPE_CHECKING, Any, cast

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.query import ModelIterable
from django.forms import BaseModelForm, BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]  # what a middleware is given, and gives

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.utils.functional import _StrOrPromise

    StrOrPromise = _StrOrPromise
    # Of whatever kind the value is: code that asks a model for its fields can't know.
    AnyField = models.Field[Any, Any]
    AnyForeignKey = models.ForeignKey[Any, Any]
    AnyPaginator = Paginator[Any]
    AnyPage = Page[Any]
    AnyModelForm = ModelForm[Any]
    AnyBaseModelForm = BaseModelForm[Any]
    AnyFormSet = BaseModelFormSet[Any, Any]
    AnySmallIntegerField = models.PositiveSmallIntegerField[Any, Any]
    AnyForeignKeyDescriptor = ForwardManyToOneDescriptor[models.ForeignKey[Any, Any]]
    AnyModelIterable = ModelIterable[Any]
    AnyUploadedFile = UploadedFile[Any]
    AnyStreamHandler = StreamHandler[Any]
    AnyQuerySet = models.QuerySet[Any]
    BinaryFile = File[bytes]
    BinaryContentFile = ContentFile[bytes]

    class AuthenticatedHttpRequest(HttpRequest):
        """A request of somebody with an account, as each one to the desk is."""

        user: User
        csp_nonce: str  # of the middleware of django-csp
else:
    StrOrPromise = str
    AnyField, AnyForeignKey, AnyPaginator, AnyPage = models.Field, models.ForeignKey, Paginator, Page
    AnyModelForm, AnyBaseModelForm, AnyFormSet = ModelForm, BaseModelForm, BaseModelFormSet
    AnySmallIntegerField, AnyForeignKeyDescriptor = models.PositiveSmallIntegerField, ForwardManyToOneDescriptor
    AnyModelIterable, AnyUploadedFile, AnyStreamHandler = ModelIterable, UploadedFile, StreamHandler
    AnyQuerySet = models.QuerySet
    BinaryFile, BinaryContentFile = File, ContentFile
    AuthenticatedHttpRequest = HttpRequest


def signed_in(request: HttpRequest) -> "AuthenticatedHttpRequest":
    """`request`, of which the middleware or the admin has seen that somebody with an account makes it."""
    return cast("AuthenticatedHttpRequest", request)

"""Uploaded files at their addresses, and the rules for which reader may have which.

A document is public while something published names it. Of a picture visitors get what pages show
of it now, and never the stored original: what was cut away is for editors, who cut it anew, and for
the person whose picture it is. Every other address of a public picture leads to the largest size of
what is shown. See docs/decisions/0039.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from mimetypes import guess_type
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag, urlencode

from publishing.files.fields import PictureField, PictureFile
from publishing.files.images import measured
from publishing.files.storage import StorageUnavailable
from publishing.files.variants import Cut, focus_in, original_of
from publishing.models import Discarded, Draft, ReplacedFile, Revision, RevisionFile, content_models
from publishing.models.rights import may_see
from publishing.types import BinaryFile
from publishing.web.preview import shared_files
from publishing.web.views import FILE_POLICY, storage_away
from publishing.workflow import field_files, files

# A name has one content for ever, so a browser need not ask again within the hour; caches of others, which would show
# it to people who never saw it, ask after a second whether it is still public.
PUBLIC = "public, max-age=3600, s-maxage=1, immutable"


def media(request: HttpRequest, path: str) -> HttpResponse | FileResponse:
    """The uploaded file `path`, for readers who may have it; a redirect to the largest size of a picture; else a 404.

    A share link to a draft shows, with `?share=<token>`, the files on that draft. A file never changes
    under its name, so browsers may keep a public one.
    """
    if "\0" in path:
        raise Http404
    name, token = original_of(path), request.GET.get("share", "")
    try:
        public = [file for file in public_files(name) if file.name == name]
        if shown := showing(public, path):
            return answer(request, path, opened(shown, path), is_public=True)
        if may_read_draft(request, name) or is_own(request.user, name):
            return answer(request, path, drawn_anew(path))
        shared = [file for file in shared_files(token) if file.name == name]
        if shown := showing(shared, path):
            return answer(request, path, opened(shown, path))
        for file in (*public, *shared):
            if isinstance(file, PictureFile) and (path == name or focus_in(path)):
                query = "" if file in public else f"?{urlencode({'share': token})}"
                return redirect(default_storage.url(file.measured_cut().largest) + query)
    except (StorageUnavailable, TimeoutError) as error:
        return storage_away(error)
    except (OSError, SuspiciousOperation) as error:
        raise Http404 from error
    raise Http404


def public_files(name: str) -> Iterator[FieldFile]:
    """The files of all that is public now and names the stored file `name`."""
    named = RevisionFile.objects.filter(name=name, revision__in=Revision.objects.public())
    for each in named.select_related("revision"):
        yield from field_files(each.revision.thaw())


def showing(found: Iterable[FieldFile], path: str) -> FieldFile | None:
    """The one of these files that is shown as the stored file `path`; None when none is."""
    for file in found:
        if not isinstance(file, PictureFile):
            if file.name == path:
                return file
        elif path != file.name and path in {name for name, _size, _kind in file.measured_cut().files}:
            return file
    return None


def opened(file: FieldFile, path: str) -> BinaryFile:
    """The stored file `path`, as which `file` is shown; sizes of a picture that are missing are made now."""
    if isinstance(file, PictureFile):
        return file.measured_cut().open(default_storage, path)
    return default_storage.open(path)


def may_read_draft(request: HttpRequest, name: str) -> bool:
    """Whether whoever asks is in the desk, and may see there something that names the stored file `name`, or named it
    until another file took its place: a working copy, a version, a kept save, or what is in the bin.
    """
    if not request.user.is_authenticated:  # nor is the desk loaded for them
        return False
    import_module("publishing.admin")  # what it registers needs the site, and making that first would go in a circle
    if not admin.site.has_permission(request):
        return False
    for model in content_models():
        label = model._meta.label_lower
        if may_see(request.user, model):
            if RevisionFile.objects.filter(name=name, revision__model=label).exists():
                return True
            if ReplacedFile.objects.filter(name=name, model=label).exists():
                return True
            for column in (each.attname for each in model._meta.concrete_fields if isinstance(each, FileField)):
                kept = (each.objects.filter(model=label, **{f"data__{column}": name}) for each in (Draft, Discarded))
                rows = model._base_manager.filter(**{column: name})
                if any(found.exists() for found in (rows, *kept)):
                    return True
    return False


def is_own(user: User | AnonymousUser, name: str) -> bool:
    """Whether the stored file `name` is or was of an object that is about whoever is signed in as `user`."""
    if not user.is_authenticated:
        return False
    for model in content_models():
        if model.owner_field:
            for row in model._base_manager.filter(**{model.owner_field: user.pk}):
                if name in files(row) or row.revisions.filter(files__name=name).exists():
                    return True
                if ReplacedFile.objects.filter(name=name, model=model._meta.label_lower, object_id=row.pk).exists():
                    return True
    return False


def drawn_anew(path: str) -> BinaryFile:
    """The stored file `path`, for people who may have all of it; a size of another focus, as in a preview, is drawn.

    Raises OSError when there is no such file, and none to draw it from.
    """
    try:
        return default_storage.open(path)
    except FileNotFoundError:
        name, focus = original_of(path), focus_in(path)
        if not focus:
            raise
    size = measured(default_storage, name)
    for ratio, widths in shapes():
        cut = Cut(name, size, ratio, widths, focus)
        if path in {each for each, _size, _kind in cut.files}:
            return cut.draw(default_storage, path)
    raise FileNotFoundError(path)


def shapes() -> set[tuple[tuple[int, int], tuple[int, ...]]]:
    """The ratios in which pictures are cut, each with its widths."""
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    return {(field.ratio, field.widths) for field in fields if isinstance(field, PictureField)}


def answer(request: HttpRequest, path: str, file: BinaryFile, is_public: bool = False) -> HttpResponse:
    """`file` as what came from an upload: it runs nothing, and is kept by others only when it is public."""
    kind = guess_type(path)[0] or ""
    # Only pictures are shown; a PDF is a download, also at its raw address.
    response: Any = FileResponse(file, as_attachment=not kind.startswith("image/") or kind == "image/svg+xml")
    for name, value in FILE_POLICY.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = PUBLIC if is_public else "private, no-store"
    if not is_public:
        response.headers["X-Robots-Tag"] = "noindex"
    response.headers["ETag"] = etag = quote_etag(path)
    found = get_conditional_response(request, etag, response=response)
    if found is not response:
        response.close()
    return cast(HttpResponse, found)

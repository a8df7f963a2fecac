"""Static files over HTTP, by WhiteNoise."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, Response, SlicedFile, StaticFile


class RangedFile(StaticFile):  # type: ignore[misc]  # a library without types
    """A `StaticFile` that also serves ranges of one byte, which WhiteNoise refuses (RFC 9110 14.1.2)."""

    def get_range_response(self, range_header: str, base_headers: Any, file_handle: object) -> object:
        headers = [(name, value) for name, value in base_headers if name != "Content-Length"]
        size = int(dict(base_headers)["Content-Length"])
        start, end = self.get_byte_range(range_header, size)
        wanted = range_header.partition("=")[2].strip()
        if start > end or (wanted[0] == "-" and not wanted.strip("-0")):  # a suffix range of zero bytes
            return self.get_range_not_satisfiable_response(file_handle, size)
        headers += [("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", str(end - start + 1))]
        return Response(HTTPStatus.PARTIAL_CONTENT, headers, SlicedFile(file_handle, start, end))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # idem
    """WhiteNoise that reads a file's metadata on its first request: reading all takes a fifth of the start."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.known: dict[str, str] = {}  # file path by URL
        super().__init__(*arguments, **options)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: object = None) -> None:
        self.known[url] = path

    def get_static_file(self, path: str, url: str, stat_cache: object = None) -> object:
        found = super().get_static_file(path, url, stat_cache)
        found.__class__ = RangedFile  # WhiteNoise names the class in the middle of a method
        return found

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url = request.path_info
        if url in self.known and (request.method != "GET" or "HTTP_IF_RANGE" in request.META):
            request.META.pop("HTTP_RANGE", None)  # the whole file is always a valid answer (RFC 9110 14.2)
        if url in self.known and url not in self.files:
            with suppress(MissingFileError):
                super().add_file_to_dictionary(url, self.known[url])
        return cast(HttpResponse, super().__call__(request))

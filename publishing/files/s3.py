"""Uploaded files in a bucket that speaks the S3 protocol; used, and imported, only with `S3_BUCKET`.

The bucket is private: visitors get files from `web.media`, as they do from a folder. A file is
written whole or not at all, and never over another one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import IO, cast

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.utils.encoding import filepath_to_uri
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3File, S3Storage
from storages.utils import clean_name

from publishing.files.storage import StorageUnavailable
from publishing.types import BinaryFile

CONNECT_WITHIN = 2  # seconds
ANSWER_WITHIN = 10  # seconds between two pieces of a response
TRIES = 2
KEPT = "kept-uploads"  # the folder of what is not saved yet, which the storage of uploaded files knows nothing of
IN_MEMORY = 1_000_000  # bytes of a file that is being read; the rest lies in a temporary file


@contextmanager
def as_os_errors(name: str) -> Iterator[None]:
    """Say what goes wrong as a folder would: nobody else has to know of S3."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(f"There is no file {name}.") from error
        raise StorageUnavailable(str(error)) from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise StorageUnavailable(str(error)) from error


class BucketFile(S3File):  # type: ignore[misc]  # a library without types
    """A file in the bucket, which is fetched when the first byte of it is read."""

    _file: IO[bytes] | None

    def _get_file(self) -> IO[bytes]:
        fetched = self._file is not None
        try:
            with as_os_errors(self.name):
                return cast(IO[bytes], super()._get_file())
        except OSError:
            if not fetched and self._file is not None:  # what broke off is nothing to read again
                self._file.close()
                self._file = None
            raise

    file = property(_get_file, S3File._set_file)


class S3MediaStorage(S3Storage):  # type: ignore[misc]  # idem
    """The storage of uploaded files; its keys come from the standard variables `AWS_…`."""

    def __init__(self, **options: object) -> None:
        config = Config(
            connect_timeout=CONNECT_WITHIN,
            read_timeout=ANSWER_WITHIN,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            s3={"addressing_style": "path"},  # what every server understands that is not Amazon's
            signature_version="s3v4",
            # Many servers know no other sums than those of the protocol's first years.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        transfers = TransferConfig(use_threads=False, num_download_attempts=1)
        given = {"client_config": config, "transfer_config": transfers, "max_memory_size": IN_MEMORY}
        super().__init__(file_overwrite=False, **given, **options)

    def url(self, name: str | None, *args: object, **kwargs: object) -> str:
        """The address on this site, which decides at every request whether the reader may have the file."""
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def _open(self, name: str, mode: str = "rb") -> BucketFile:
        with as_os_errors(name):
            return BucketFile(self._normalize_name(clean_name(name)), mode, self)

    def _save(self, name: str, content: BinaryFile) -> str:
        while True:
            key = self._normalize_name(clean_name(name))
            content.seek(0)
            try:
                self.connection.meta.client.put_object(
                    Bucket=self.bucket_name,
                    Key=key,
                    Body=content,
                    IfNoneMatch="*",  # of two uploads under one name at once, one gets another name
                    **self._get_write_parameters(key, content),
                )
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") != HTTPStatus.PRECONDITION_FAILED:
                    raise StorageUnavailable(str(error)) from error
                name = self.get_available_name(name)
            except (BotoCoreError, Boto3Error) as error:
                raise StorageUnavailable(str(error)) from error
            else:
                return cast(str, clean_name(name))

    def delete(self, name: str) -> None:
        with as_os_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_os_errors(name):
            return cast(bool, super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with as_os_errors(path):
            folders, files = super().listdir(path)
        return [each for each in folders if self.location or path or each != KEPT], files

    def _normalize_name(self, name: str) -> str:
        """The key of file `name`. Raises SuspiciousOperation for what only the storage `kept` may know."""
        key: str = super()._normalize_name(name)
        if not self.location and key.split("/")[0] == KEPT:
            raise SuspiciousOperation(f"The file {name} is not one of these.")
        return key

    def get_modified_time(self, name: str) -> datetime:
        with as_os_errors(name):
            return cast(datetime, super().get_modified_time(name))

    def size(self, name: str) -> int:
        with as_os_errors(name):
            return cast(int, super().size(name))

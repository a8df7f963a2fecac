"""Uploaded files in a bucket that speaks the S3 protocol; used, and imported, only with `S3_BUCKET`.

The bucket is private: visitors get files from `views.media`, as they do from a folder. A file is
written whole or not at all, and never over another one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.utils.encoding import filepath_to_uri
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3File, S3Storage
from storages.utils import clean_name

from publishing.storage import StorageAway

CONNECT_WITHIN = 2  # seconds
ANSWER_WITHIN = 10  # seconds between two pieces of an answer
TRIES = 2
IN_MEMORY = 1_000_000  # bytes of a file that is being read; the rest lies in a temporary file


@contextmanager
def as_os_errors(name: str) -> Iterator[None]:
    """Say what goes wrong as a folder would: nobody else has to know of S3."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(f"There is no file {name}.") from error
        raise StorageAway(str(error)) from error
    except (BotoCoreError, Boto3Error, RetriesExceededError) as error:
        raise StorageAway(str(error)) from error


class BucketFile(S3File):
    """A file in the bucket, which is fetched when the first byte of it is read."""

    _file: Any

    def _get_file(self) -> Any:
        fetched = self._file is not None
        try:
            with as_os_errors(self.name):
                return super()._get_file()
        except OSError:
            if not fetched and self._file is not None:  # what broke off is nothing to read again
                self._file.close()
                self._file = None
            raise

    file = property(_get_file, S3File._set_file)


class Bucket(S3Storage):
    """The storage of uploaded files; its keys come from the standard variables `AWS_…`."""

    def __init__(self, **options: Any) -> None:
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

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """The address on this site: who may have the file is decided here, at every request."""
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"

    def _open(self, name: str, mode: str = "rb") -> BucketFile:
        with as_os_errors(name):
            return BucketFile(self._normalize_name(clean_name(name)), mode, self)

    def _save(self, name: str, content: File) -> str:
        while True:
            key = self._normalize_name(clean_name(name))
            content.seek(0)
            try:
                self.connection.meta.client.put_object(
                    Bucket=self.bucket_name,
                    Key=key,
                    Body=content,
                    IfNoneMatch="*",  # of two who upload under one name at once, one gets another name
                    **self._get_write_parameters(key, content),
                )
            except ClientError as error:
                if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") != HTTPStatus.PRECONDITION_FAILED:
                    raise StorageAway(str(error)) from error
                name = self.get_available_name(name)
            except (BotoCoreError, Boto3Error) as error:
                raise StorageAway(str(error)) from error
            else:
                return clean_name(name)

    def delete(self, name: str) -> None:
        with as_os_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_os_errors(name):
            return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with as_os_errors(path):
            return super().listdir(path)

    def size(self, name: str) -> int:
        with as_os_errors(name):
            return super().size(name)

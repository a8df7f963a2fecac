"""Copies of the nightly backups in a bucket elsewhere, encrypted with age for a recipient.

The site knows the public key alone: whoever gets hold of the bucket, or of this machine, reads no copy of before.
Needs packages of `requirements-scale.txt`, so it is imported only where a bucket is named.
"""

import logging
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pyrage  # type: ignore[import-untyped]  # a library without types
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from publishing.backup.archive import ArchiveError
from publishing.backup.nightly import NAMED, moment_of
from publishing.backup.rehearsal import remember
from publishing.backup.retention import kept
from publishing.backup.unfinished import clear, held
from publishing.operations.logs import masked

SUFFIX = ".age"
PAUSE = 300  # seconds before the one other try, when the bucket is away

logger = logging.getLogger(__name__)


def send(archive: Path) -> str:
    """Put an encrypted copy of `archive` in the bucket, and let old ones go; returns its address.

    A bucket that is away is tried once more. Raises ArchiveError, with the reason, when there is no such copy;
    `doctor` tells that reason.
    """
    to = settings.BACKUP_COPY
    key = "/".join(part for part in (to["folder"], archive.name + SUFFIX) if part)
    clear(archive.parent, ".copy-????????")
    descriptor, name = tempfile.mkstemp(prefix=".copy-", dir=archive.parent)
    os.close(descriptor)
    try:
        with held(Path(name)):
            pyrage.encrypt_file(str(archive), name, [pyrage.x25519.Recipient.from_str(to["recipient"])])
            try:
                put(name, key)
            except AWAY as error:
                logger.warning("A copy could not be put in s3://%s; once more in %s s. %s", to["bucket"], PAUSE, error)
                time.sleep(PAUSE)
                put(name, key)
    except (OSError, pyrage.RecipientError, *AWAY) as error:
        remember("copy_failure", error=masked(str(error)))
        raise ArchiveError(f"The backup is made, and no copy of it is in s3://{to['bucket']}: {error}") from error
    finally:
        Path(name).unlink(missing_ok=True)
    address = f"s3://{to['bucket']}/{key}"
    remember("copy", file=address)
    return address


AWAY = (Boto3Error, BotoCoreError, ClientError)


def put(name: str, key: str) -> None:
    """Put the file `name` in the bucket as `key`, and let old copies go. Raises what `AWAY` names."""
    client = bucket()
    client.upload_file(name, settings.BACKUP_COPY["bucket"], key)
    thin(client)


def bucket() -> Any:
    """The client of the bucket; where it has no keys of its own, they come from the standard variables `AWS_…`."""
    config = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 3})
    to = settings.BACKUP_COPY
    given = {
        "aws_access_key_id": to.get("access_key_id"),
        "aws_secret_access_key": to.get("secret_access_key"),
        "region_name": to.get("region") or "us-east-1",
    }
    return boto3.client("s3", endpoint_url=to["endpoint"], config=config, **given)


def copies(client: Any) -> dict[datetime, str]:
    """The keys of the copies in the bucket, by when they were made; no other key counts."""
    to, found = settings.BACKUP_COPY, {}
    prefix = f"{to['folder']}/" if to["folder"] else ""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=to["bucket"], Prefix=prefix):
        for each in page.get("Contents", ()):
            name = each["Key"].removeprefix(prefix).removesuffix(SUFFIX)
            if each["Key"].endswith(SUFFIX) and (named := NAMED.fullmatch(name)) and (made := moment_of(named[1])):
                found[made] = each["Key"]
    return found


def thin(client: Any) -> None:
    """Delete the copies that are no longer kept."""
    made = copies(client)
    for each in made.keys() - kept(made):
        client.delete_object(Bucket=settings.BACKUP_COPY["bucket"], Key=made[each])

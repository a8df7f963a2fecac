"""Encryption of secrets that the database has to give back: waiting mails, links to copy, second factors.

The keys follow from `SECRET_KEY`, one for each purpose (HKDF, RFC 5869), so that a text that was
encrypted for one purpose can't be passed off as another's. `SECRET_KEY_FALLBACKS` still decrypts
what an older key encrypted. Only what nobody needs back is hashed instead.

The library is imported where it is used: a worker that serves pages only never loads it.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet


class DecryptionError(ValueError):
    """The text was not encrypted with a key that this site has, not for this purpose, or it is damaged."""


def encrypt(text: str, purpose: str) -> str:
    """`text` encrypted with the newest key, as ASCII; the same text gives another result each time."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def decrypt(token: str, purpose: str) -> str:
    """The text that `encrypt` was given for `purpose`. Raises DecryptionError."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).decrypt(token).decode()
    except (InvalidToken, ValueError) as error:  # ValueError: letters that are not ASCII, or bytes that are no text
        raise DecryptionError("no key of this site fits") from error


def is_newest(token: str, purpose: str) -> bool:
    """Whether `token` was encrypted for `purpose` with the newest key, not with one of `SECRET_KEY_FALLBACKS`."""
    from cryptography.fernet import InvalidToken

    try:
        _fernet_of(settings.SECRET_KEY, purpose).decrypt(token)
    except (InvalidToken, ValueError):
        return False
    return True


def _fernet(purpose: str) -> "MultiFernet":
    from cryptography.fernet import MultiFernet

    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_fernet_of(key, purpose) for key in keys])


@lru_cache
def _fernet_of(key: str | bytes, purpose: str) -> "Fernet":
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    raw = key.encode() if isinstance(key, str) else key
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"publishing.encryption:{purpose}".encode())
    return Fernet(urlsafe_b64encode(derived.derive(raw)))

"""A passkey in software: what a browser and a security key do together (WebAuthn level 2, 5.1 and 6)."""

import json
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://testserver"
UP, UV, AT = (AuthenticatorData.FLAG.UP, AuthenticatorData.FLAG.UV, AuthenticatorData.FLAG.AT)
Json = dict[str, Any]


class Passkey:
    """One credential; `verifies` says whether it asks for a PIN or a finger."""

    def __init__(self, verifies: bool = True) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = sha256(str(id(self)).encode()).digest()
        self.verifies = verifies
        self.user_handle = b""

    def _flags(self) -> int:
        return UP | (UV if self.verifies else 0)

    def register(self, options: Json) -> str:
        """The answer to creation options of the site."""
        public = options["publicKey"]
        handle = public["user"]["id"]
        self.user_handle = handle if isinstance(handle, bytes) else websafe_decode(handle)
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.private.public_key())
        )
        data = AuthenticatorData.create(sha256(b"testserver").digest(), self._flags() | AT, 0, bytes(credential))
        attestation = AttestationObject.create("none", data, {})
        response = {
            "clientDataJSON": websafe_encode(self._client_data("webauthn.create", public["challenge"])),
            "attestationObject": websafe_encode(bytes(attestation)),
        }
        return self._answer(response)

    def sign(self, options: Json) -> str:
        """The answer to request options of the site."""
        data = AuthenticatorData.create(sha256(b"testserver").digest(), self._flags(), 1)
        client_data = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        signature = self.private.sign(bytes(data) + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client_data),
            "authenticatorData": websafe_encode(bytes(data)),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(self.user_handle),
        }
        return self._answer(response)

    def _client_data(self, kind: str, challenge: Any) -> bytes:
        text = challenge if isinstance(challenge, str) else websafe_encode(challenge)
        return json.dumps({"type": kind, "challenge": text, "origin": ORIGIN}).encode()

    def _answer(self, response: Json) -> str:
        key = websafe_encode(self.id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})


def add_passkey(client: Client, passkey: Passkey) -> Any:
    """Make `passkey` on the page for that; returns the response."""
    page = client.get("/account/2fa/webauthn/add/")
    answer = passkey.register(page.context["js_data"]["creation_options"])
    return client.post("/account/2fa/webauthn/add/", {"name": "Sleutel", "credential": answer, "passwordless": "on"})


def passkey_login(client: Client, passkey: Passkey) -> Any:
    """Sign in with `passkey` and nothing else; returns the response."""
    options = client.get("/account/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"}).json()
    return client.post("/account/2fa/webauthn/login/", {"credential": passkey.sign(options["request_options"])})

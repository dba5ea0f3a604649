"""What a mail carries so that its answers and its reader's wishes find back: reply tokens and unsubscribe links."""

import base64
import binascii
import hashlib
import re
import secrets
from email.utils import parseaddr
from uuid import UUID

from itsdangerous import BadSignature, Signer

RANDOM_BYTES = 16
"""128 bits: nobody guesses the address of a conversation."""
TOKEN = re.compile(r"[a-z2-7]{52}")
"""Workspace and random bytes in base32 without padding. Lower case: mail servers may fold the case of an address."""
PREFIX = "r+"
"""Before the token in an address. With it the local part has 54 characters; RFC 5321 §4.5.3.1.1 allows 64."""
UNSUBSCRIBE_PATH = "/u"
_SALT = "unsubscribe"
_PAYLOAD_BYTES = 32


def new_token(workspace_id: UUID) -> str:
    """A token for one mail of this workspace."""
    raw = workspace_id.bytes + secrets.token_bytes(RANDOM_BYTES)
    return base64.b32encode(raw).decode().rstrip("=").lower()


def workspace_of(token: str) -> UUID | None:
    """The workspace a token was made for; None where it is no token. Whether there is such a mail is not asked."""
    if not TOKEN.fullmatch(token):
        return None
    return UUID(bytes=base64.b32decode(token.upper() + "====")[:16])


def reply_address(token: str, domain: str) -> str:
    """The address that answers to a mail come to."""
    return f"{PREFIX}{token}@{domain}"


def token_in(address: str, domain: str) -> str | None:
    """The token in an address, as it stands in a header or an envelope: with a name, in any case.

    None for addresses of other domains and for those without a token.
    """
    local, _, host = parseaddr(address)[1].strip().lower().rpartition("@")
    if not domain or host != domain.strip().lower() or not local.startswith(PREFIX):
        return None
    token = local.removeprefix(PREFIX)
    return token if TOKEN.fullmatch(token) else None


def is_reply_address(address: str) -> bool:
    """Whether answers to one of our mails come to this address, whatever its domain."""
    local = address.strip().lower().rpartition("@")[0]
    return local.startswith(PREFIX) and TOKEN.fullmatch(local.removeprefix(PREFIX)) is not None


def unsubscribe_url(site: str, secret: str, workspace_id: UUID, email_id: UUID) -> str:
    """The link by which a mail's reader takes their address off the list. It never expires, and names nobody."""
    payload = base64.urlsafe_b64encode(workspace_id.bytes + email_id.bytes).rstrip(b"=")
    return f"{site}{UNSUBSCRIBE_PATH}/{_signer(secret).sign(payload).decode()}"


def read_unsubscribe(secret: str, signed: str) -> tuple[UUID, UUID] | None:
    """Workspace and mail of a link's last part; None where we did not sign it."""
    try:
        payload = _signer(secret).unsign(signed.encode("ascii"))
        raw = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    except (BadSignature, UnicodeEncodeError, binascii.Error):
        return None
    return (UUID(bytes=raw[:16]), UUID(bytes=raw[16:])) if len(raw) == _PAYLOAD_BYTES else None


def _signer(secret: str) -> Signer:
    """Of several secrets, separated by commas, the first signs and all verify; itsdangerous wants the newest last."""
    secrets_known = [one.strip() for one in secret.split(",") if one.strip()]
    return Signer(secrets_known[::-1], salt=_SALT, digest_method=hashlib.sha256)

"""Secrets at rest: sealed with the first key, opened with any, and each bound to what it belongs to."""

import json
import re

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class NoUsableKey(Exception):
    """ENCRYPTION_KEYS holds no key, or one that is none (make one with `Fernet.generate_key()`)."""


class Unreadable(Exception):
    """A sealed secret that no key opens, or that belongs to something else."""


class Secrets:
    """Seals and opens with the keys of ENCRYPTION_KEYS (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, keys: str) -> None:
        """`keys`: as in the environment, separated by commas or blanks, the newest first. Raises NoUsableKey."""
        try:
            fernets = [Fernet(key) for key in re.split(r"[\s,]+", keys) if key]
        except ValueError as error:
            raise NoUsableKey("ENCRYPTION_KEYS: a key is 32 bytes in url-safe base64") from error
        if not fernets:
            raise NoUsableKey("ENCRYPTION_KEYS is not set")
        self._fernet = MultiFernet(fernets)

    def seal(self, text: str, *, bound_to: str) -> str:
        """Encrypt a secret. `bound_to` (a team's id, say) is sealed in, so that it cannot be moved to another row."""
        return self._fernet.encrypt(json.dumps([bound_to, text]).encode()).decode()

    def open(self, token: str, *, bound_to: str) -> str:
        """The secret again. Raises Unreadable where it was altered, is of an unknown key or bound to something else."""
        try:
            owner, text = json.loads(self._fernet.decrypt(token.encode()))
        except (InvalidToken, ValueError) as error:
            raise Unreadable("no key of ENCRYPTION_KEYS opens this") from error
        if owner != bound_to:
            raise Unreadable("this belongs to something else")
        return str(text)

    def rotate(self, token: str) -> str:
        """The same secret sealed with the first key. Raises Unreadable."""
        try:
            return self._fernet.rotate(token.encode()).decode()
        except InvalidToken as error:
            raise Unreadable("no key of ENCRYPTION_KEYS opens this") from error

"""Conversations as mail programs make them: mails that name each other and have one subject.

Gmail wants both, the headers and the subject; so do we, since a thread that holds here then holds everywhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.mail.model import Mail

PREFIX = re.compile(r"^\s*(?:(?:re|aw|fw|fwd|wg|sv|vs|antw|odp|tr|ref|rif)\s*:\s*)+", re.IGNORECASE)
ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True)
class Thread:
    """One conversation, oldest mail first."""

    subject: str
    mails: tuple[Mail, ...]

    @property
    def at(self) -> float:
        """When its newest mail came, unix seconds."""
        return self.mails[-1].at


def threads_of(mails: Sequence[Mail]) -> list[Thread]:
    """Sort one mailbox's mails into conversations, the one with the newest mail first."""
    groups: list[tuple[set[str], str, list[Mail]]] = []
    for mail in mails:
        if not mail.arrived:
            continue
        ids, subject = ids_of(mail), base_subject(mail)
        own = [group for group in groups if group[1] == subject and group[0] & ids]
        joined: list[Mail] = [mail]
        for group in own:
            ids |= group[0]
            joined = [*group[2], *joined]
            groups.remove(group)
        groups.append((ids, subject, sorted(joined, key=lambda one: one.at)))
    found = [Thread(str(held[0].parsed["Subject"] or "(no subject)"), tuple(held)) for _, _, held in groups]
    return sorted(found, key=lambda thread: -thread.at)


def ids_of(mail: Mail) -> set[str]:
    """The mail's own Message-ID and those it refers to."""
    named = (str(mail.parsed[name] or "") for name in ("Message-ID", "In-Reply-To", "References"))
    return set(ID.findall(" ".join(named)))


def base_subject(mail: Mail) -> str:
    """The subject without what answers put before it."""
    return PREFIX.sub("", str(mail.parsed["Subject"] or "")).strip().lower()

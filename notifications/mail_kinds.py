"""What kind of mail came in, told by its headers (RFC 3834 and what programs really send), and who stands for it.

The body is never asked: people write "out of office" in answers, too. A person's answer that is taken for something
automatic is lost to its reader, so whatever is unclear is a person's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.enums import MailKind

AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply")
LIST_HEADERS = ("list-id", "list-unsubscribe", "feedback-id")
AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})
BOUNCERS = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon)@", re.IGNORECASE)
AWAY_SUBJECT = re.compile(
    r"\s*(?:out of (?:the )?office|automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|vacation reply"
    r"|automatische antwort|abwesenheits|abwesend|ich bin nicht im büro"
    r"|réponse automatique|absence du bureau|message d'absence|en congé"
    r"|respuesta automática|fuera de la oficina|ausencia"
    r"|automatisch antwoord|afwezig|automatisk svar|autosvar|fraværende|ikke til stede|frånvaro"
    r"|odpowiedź automatyczna)",
    re.IGNORECASE,
)
_PASSED = re.compile(r"@([a-z0-9._-]{1,253})\s*:\s*pass\b", re.IGNORECASE)
_LABELS_MIN = 2


@dataclass(frozen=True)
class Facts:
    """What the kind is read from. `headers` by their names in lower case."""

    headers: Mapping[str, str]
    subject: str = ""
    from_address: str = ""
    bounce_path: str | None = None
    """The envelope's sender: empty for mails that must not be answered, None where it is not known."""
    report: str = ""
    """The `report-type` of a multipart/report."""
    answers: bool = False
    """It says which mail it answers (In-Reply-To or References)."""


def kind_of(mail: Facts) -> MailKind:
    """Human, automatic, a bounce notice, or from a list."""
    if _is_bounce(mail):
        return MailKind.BOUNCE
    if _is_automatic(mail):
        return MailKind.AWAY
    # What comes through a list and answers our mail is an answer: teams read mail in shared inboxes that are lists.
    if _is_list(mail) and not mail.answers:
        return MailKind.LIST
    return MailKind.HUMAN


def _is_bounce(mail: Facts) -> bool:
    if mail.report == "delivery-status" or "x-failed-recipients" in mail.headers:
        return True
    return mail.bounce_path in ("", None) and bool(BOUNCERS.match(mail.from_address))


def _is_automatic(mail: Facts) -> bool:
    submitted = mail.headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    precedence = _precedence(mail)
    return (
        submitted not in ("no", "")
        or any(name in mail.headers for name in AUTOMATIC_HEADERS)
        or precedence in AUTOMATIC_PRECEDENCE - ({"bulk"} if _has_list_header(mail) else set())
        or mail.bounce_path == ""
        or mail.report == "disposition-notification"
        or bool(AWAY_SUBJECT.match(mail.subject))
    )


def _is_list(mail: Facts) -> bool:
    return _has_list_header(mail) or _precedence(mail) == "list"


def _has_list_header(mail: Facts) -> bool:
    return any(name in mail.headers for name in LIST_HEADERS)


def _precedence(mail: Facts) -> str:
    return (mail.headers.get("precedence") or mail.headers.get("x-precedence") or "").strip().lower()


def speaks_for(from_address: str, dkim: str, spf: str, bounce_path: str) -> bool:
    """Whether the sender's domain stands behind a mail: its own DKIM signature, or SPF for an envelope of its own.

    `dkim` and `spf` as SendGrid writes them: `{@a.com : pass, @b.com : fail}`, `pass`. A domain and those below it
    count as one (relaxed alignment, RFC 7489 §3.1).
    """
    domain = from_address.rpartition("@")[2].lower()
    if any(_aligned(domain, signed.lower()) for signed in _PASSED.findall(dkim[:10_000])):
        return True
    return spf.strip().lower() == "pass" and _aligned(domain, bounce_path.rpartition("@")[2].strip(" <>").lower())


def _aligned(domain: str, other: str) -> bool:
    if not domain or not other:
        return False
    short, long = sorted((domain, other), key=len)
    return short == long or (len(short.split(".")) >= _LABELS_MIN and long.endswith(f".{short}"))

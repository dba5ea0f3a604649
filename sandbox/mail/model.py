"""What the mail side consists of: the account, its mails, and the posts that go back to the app."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from sandbox.jsons import JsonObject

Folder = Literal["inbox", "sent"]
Fate = Literal["deliver", "bounce", "block", "defer", "vanish"]
"""What becomes of mail to an address: `vanish` is a mail of which no event is ever heard again."""
PostKind = Literal["events", "inbound"]


@dataclass
class Account:
    """The account with SendGrid: what it may do, and where it has the webhooks sent to."""

    api_key: str = "SG.sandbox"
    scopes: tuple[str, ...] = ("mail.send", "scopes.read")
    senders: tuple[str, ...] = ()
    """Verified domains and addresses mail may come from; empty lets every one pass."""
    events_url: str = ""
    inbound_url: str = ""
    inbound_domain: str = ""
    inbound_raw: bool = True
    """Whether "POST the raw, full MIME message" is ticked in the Inbound Parse settings."""
    sites: dict[str, str] = field(default_factory=dict)
    """Addresses as they stand in mails and where they are really served, such as the product's own."""
    suppressed: dict[str, str] = field(default_factory=dict)
    """Addresses the account does not deliver to any more, and the reason `dropped` events give."""

    def serve(self, product: str, site: str, inbound_domain: str) -> None:
        """Have the webhooks sent to the product at an address of this machine, which serves the pages of `site`."""
        self.events_url, self.inbound_url = f"{product}/sendgrid/events", f"{product}/sendgrid/inbound"
        self.inbound_domain, self.sites[site] = inbound_domain, product


@dataclass
class Line:
    """How unsteady the webhooks are. All dice are seeded: a run can be repeated."""

    duplicates: bool = True
    """Events come 1 to 5 times, mails 1 to 3 times."""
    disorder: bool = True
    """Events come in any order, spread over posts of any size."""
    most_copies: int = 5
    most_mail_copies: int = 3
    at_once: int = 1
    """How many posts are under way at the same time."""
    seed: int = 7


@dataclass(frozen=True)
class Sent:
    """What SendGrid knows of one mail to one person."""

    provider_id: str
    """`X-Message-Id` of its answer: 22 characters."""
    message_id: str
    """The Message-ID, with angle brackets; `smtp-id` of events."""
    sg_message_id: str
    index: int
    to: str
    """The address as the app gave it."""
    custom_args: JsonObject
    categories: tuple[str, ...]
    tracks_opens: bool
    tracks_clicks: bool
    asm_group_id: int | None = None
    send_at: int = 0


@dataclass(eq=False)
class Mail:
    """One mail in somebody's mailbox."""

    id: str
    box: str
    """Whose mailbox it is in: an address in lower case."""
    folder: Folder
    raw: bytes
    """The mail as it travelled, with CRLF line ends."""
    parsed: EmailMessage
    at: float
    """Unix seconds on the sandbox's clock."""
    sent: Sent | None = None
    """Where the app sent it."""
    arrived: bool = True
    """Whether it is in the mailbox: a mail that bounced is known to SendGrid alone."""
    read: bool = False
    said: list[str] = field(default_factory=list)
    """What happened to it, in the order in which it happened: names of events, and acts such as `replied`."""


@dataclass(eq=False)
class Parcel:
    """Something on its way to one of the app's webhooks."""

    kind: PostKind
    body: bytes
    content_type: str
    due: float
    """Unix seconds on the sandbox's clock."""
    first: float
    attempt: int = 0
    what: str = ""
    """For people: which events, or whose mail."""


@dataclass(frozen=True)
class Posted:
    """One post to a webhook and its answer; `status` 0 is none at all."""

    kind: PostKind
    status: int
    what: str
    size: int
    at: float

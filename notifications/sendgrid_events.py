"""SendGrid's Event Webhook, read: whatever came, typed, without ever failing on one odd event among good ones."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from core import normalise
from core.context import Clock
from core.db import Database
from core.emails import events
from core.emails.events import AT_ONCE, Happened
from core.emails.outcome import BLOCKED, BOUNCE, CLICK, OPEN
from core.inbox import Stored
from core.workspaces import system_ctx
from notifications import whose
from notifications.inbox import Unreadable

WORKSPACE, MAIL = "crm_ws", "crm_msg"
"""Our custom args, which SendGrid puts beside its own fields."""
SOFT = frozenset({"blocked", "expired"})
"""Types of bounce that say nothing against the address: a full mailbox, a bad reputation, no answer for three days."""
SOURCE = "sendgrid"
STATEMENT_TIMEOUT_MS = 15_000
TEXT_MAX = 2_000
"""Characters of a reason or a link."""
KEY_MAX = 200
"""`sg_event_id` has at most 100 (twilio.com/docs/sendgrid, Event Webhook reference)."""
AHEAD = timedelta(days=1)
_MILLISECONDS = 100_000_000_000
"""No time in seconds is as large before the year 5138; some marketing events are in milliseconds."""
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""PostgreSQL takes neither NUL nor half a pair of surrogates, both of which JSON can spell."""


@dataclass(frozen=True)
class Told:
    """An event, and the workspace it says it is for."""

    event: Happened
    workspace_id: UUID | None


class EventsProcessor:
    """Applies a stored post of events to the workspaces they are for."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def __call__(self, item: Stored) -> str:
        """Apply all of it, a set at a time; a note of what was left out. Raises Unreadable."""
        told, odd = parse(item.body, item.received_at)
        placed, nobodys = self._placed(told)
        for workspace_id in sorted(placed):
            batch = iter(placed[workspace_id])
            while part := list(islice(batch, AT_ONCE)):
                with self._database.begin(workspace_id, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
                    events.apply(system_ctx(session, self._clock, workspace_id, SOURCE), part)
        notes = [(nobodys, "of no workspace here"), (odd, "that are no events")]
        return ", ".join(f"{count} {what}" for count, what in notes if count)

    def _placed(self, told: list[Told]) -> tuple[dict[UUID, list[Happened]], int]:
        """The events of each workspace, and how many are nobody's."""
        known = whose.existing(self._database, {one.workspace_id for one in told if one.workspace_id})
        rest = [one.event for one in told if one.workspace_id not in known]
        provider = whose.by_provider_id(self._database, {event.provider_id for event in rest})
        message = whose.by_message_id(self._database, {event.message_id for event in rest})
        only = whose.the_only(self._database) if rest else None
        placed: defaultdict[UUID, list[Happened]] = defaultdict(list)
        for one in told:
            found = one.workspace_id if one.workspace_id in known else None
            found = found or provider.get(one.event.provider_id) or message.get(one.event.message_id) or only
            if found is not None:
                placed[found].append(one.event)
        return placed, len(told) - sum(map(len, placed.values()))


def parse(body: bytes, received_at: datetime) -> tuple[list[Told], int]:
    """The events of a post, and how many of its items are none. Raises Unreadable where it is no JSON."""
    try:
        posted = json.loads(body.decode("utf-8-sig", errors="replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise Unreadable("no JSON") from error
    items = posted if isinstance(posted, list) else [posted]
    told = [_read(_storable(item), received_at) for item in items if isinstance(item, dict)]
    return told, len(items) - len(told)


def _read(item: Mapping[str, Any], received_at: datetime) -> Told:
    kind = _text(item, "event").lower()
    if kind == BOUNCE and _text(item, "type").lower() in SOFT:
        kind = BLOCKED
    sg_message_id, smtp_id = _text(item, "sg_message_id"), _text(item, "smtp-id").strip("<> ")
    happened = Happened(
        key=_key(item),
        kind=kind[:KEY_MAX],
        address=_address(_text(item, "email")),
        at=_moment(item.get("timestamp"), received_at),
        email_id=_uuid(_text(item, MAIL)),
        # The rest is about SendGrid's machines, and has changed before.
        provider_id=sg_message_id.partition(".")[0],
        message_id=f"<{smtp_id}>" if smtp_id else "",
        machine=kind == OPEN and item.get("sg_machine_open") is True,
        url=_text(item, "url")[:TEXT_MAX] if kind == CLICK else "",
        reason=(_text(item, "reason") or _text(item, "response"))[:TEXT_MAX],
        detail=item,
    )
    return Told(happened, _uuid(_text(item, WORKSPACE)))


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _key(item: Mapping[str, Any]) -> str:
    """The event's own id; where it has none, what it says: told twice it is the same."""
    given = _text(item, "sg_event_id")
    if given and len(given) <= KEY_MAX:
        return given
    canonical = json.dumps(item, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _address(text: str) -> str:
    try:
        return normalise.email(text) if text else ""
    except normalise.Unusable:
        return ""


def _moment(value: object, received_at: datetime) -> datetime:
    """Unix seconds, also as text; what is no time, or far ahead, is the moment it was told."""
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
        moment = datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return moment if number > 0 and moment <= received_at + AHEAD else received_at


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _storable(value: Any) -> Any:
    """The same without what PostgreSQL does not take."""
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value) if not value.isascii() or "\x00" in value else value
        case dict():
            return {_storable(name): _storable(one) for name, one in value.items()}
        case list():
            return [_storable(one) for one in value]
        case float() if value in (float("inf"), float("-inf")):
            return None
        case _:
            return value

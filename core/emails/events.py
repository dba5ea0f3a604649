"""What the provider tells of our mails, applied in sets: any number of events, in any order, any number of times.

Every event is kept with its own time, once for each key. What a mail shows is worked out anew from all of its events
(core.emails.outcome), so neither the order they come in nor how often they come can make a difference.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select, text

from core.context import Ctx, new_id
from core.emails import outcome
from core.emails.outcome import BLOCKED, BOUNCE, CLICK, DROPPED, RESUBSCRIBED, SPAM, UNSUBSCRIBED
from core.enums import SuppressionReason
from core.events import RecordChanged
from core.models import Contact, Email, Lead
from core.operations import operation
from core.params import among, here

AT_ONCE = 1000
"""Events applied in one transaction."""
LATE = timedelta(days=7)
"""How long after a mail an event that names only the address is taken to be about it."""
TOLD = frozenset({BOUNCE, DROPPED, SPAM})
"""Kinds that the record's owner must know of. That it was blocked is no reason to do anything."""
NAMELESS = frozenset({BOUNCE, BLOCKED, SPAM, *UNSUBSCRIBED, *RESUBSCRIBED})
"""Kinds that may come without any id of the mail (a bounce that came later as a mail of its own, a complaint)."""


@dataclass(frozen=True)
class Happened:
    """One event, read. `kind` as the provider calls it, in lower case; a bounce that says nothing against the address
    is called `blocked`.
    """

    key: str
    kind: str
    address: str
    """Normalised; empty where there is none."""
    at: datetime
    email_id: UUID | None = None
    """What the event itself says the mail is; it may be none of this workspace's."""
    provider_id: str = ""
    message_id: str = ""
    """With its angle brackets."""
    machine: bool = False
    url: str = ""
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@operation("email.events")
def apply(ctx: Ctx, events: Sequence[Happened]) -> int:
    """Apply events of this workspace's mails; how many were new. Those of unknown kinds and unknown mails are kept too.

    Takes the mails' locks in their order, so that several batches at once wait for one another and never for good.
    """
    by_key = {event.key: event for event in events}
    batch = [by_key[key] for key in sorted(by_key)]
    whose = _whose(ctx, batch)
    addresses = outcome.lock(ctx, whose.values())
    stored = _store(ctx, batch, whose)
    news = [event for event in batch if event.key in stored]
    records: set[tuple[str, UUID]] = set()
    mails = {whose[event.key] for event in news if event.key in whose}
    if mails:
        records |= outcome.work_out(ctx, mails, clicks=any(event.kind in (CLICK, outcome.DELIVERED) for event in news))
    records |= _close_addresses(ctx, news, whose, addresses)
    for entity, record_id in sorted(records):
        ctx.emit(RecordChanged(entity, record_id))
    outcome.tell(
        ctx, {(whose[event.key], event.kind == SPAM) for event in news if event.kind in TOLD and event.key in whose}
    )
    return len(news)


# -- which mail ---------------------------------------------------------------------------------------------------


def _whose(ctx: Ctx, events: Sequence[Happened]) -> dict[str, UUID]:
    """The mail of each event, by the event's key: what it says itself, else the provider's id, else the Message-ID."""
    known = set(_column(ctx, Email.id, {event.email_id for event in events if event.email_id}))
    rest = [event for event in events if event.email_id not in known]
    provider = dict(_pairs(ctx, Email.provider_id, {event.provider_id for event in rest}))
    message = dict(_pairs(ctx, Email.message_id, {event.message_id for event in rest}))
    found = {event.key: event.email_id for event in events if event.email_id and event.email_id in known}
    nameless = []
    for event in rest:
        email_id = provider.get(event.provider_id) or message.get(event.message_id)
        if email_id is not None:
            found[event.key] = email_id
        elif event.kind in NAMELESS and event.address and not (event.provider_id or event.message_id):
            nameless.append(event)
    return found | _by_address(ctx, nameless)


def _column(ctx: Ctx, column: Any, values: set[Any]) -> list[Any]:
    if not values:
        return []
    return list(ctx.session.scalars(select(column).where(Email.workspace_id == ctx.workspace.id, column.in_(values))))


def _pairs(ctx: Ctx, column: Any, values: set[str]) -> list[tuple[str, UUID]]:
    """The mails with these ids; of two mails that were given the same one, always the same."""
    wanted = values - {""}
    if not wanted:
        return []
    query = select(column, Email.id).where(Email.workspace_id == ctx.workspace.id, column != "", column.in_(wanted))
    return [(row[0], row[1]) for row in ctx.session.execute(query.order_by(Email.id))]


_LATEST_TO = text("""
    SELECT asked.key, (
        SELECT id FROM emails
        WHERE workspace_id = :here AND to_address = asked.address AND state IN ('sending', 'unknown', 'sent')
          AND created_at <= asked.at + interval '1 minute' AND created_at > asked.at - :late
        ORDER BY created_at DESC, id DESC LIMIT 1
    )
    FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS asked(key text, address text, at timestamptz)
""")


def _by_address(ctx: Ctx, events: Sequence[Happened]) -> dict[str, UUID]:
    """The latest mail to the address before the event. Not one that waits to leave: it would be taken to have left."""
    if not events:
        return {}
    asked = [{"key": event.key, "address": event.address, "at": event.at.isoformat()} for event in events]
    values = {"here": ctx.workspace.id, "asked": json.dumps(asked), "late": LATE}
    rows = ctx.session.connection().execute(_LATEST_TO, values)
    return {key: email_id for key, email_id in rows if email_id is not None}


# -- kept ---------------------------------------------------------------------------------------------------------

_STORE = text("""
    INSERT INTO email_events (workspace_id, id, key, email_id, kind, address, at, machine, url, reason, detail,
                              received_at, applied_at)
    SELECT :here, id, key, email_id, kind, address, at, machine, url, reason, detail, :now, :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS row(id uuid, key text, email_id uuid, kind text, address text,
        at timestamptz, machine boolean, url text, reason text, detail jsonb)
    ORDER BY key
    ON CONFLICT (workspace_id, key) DO NOTHING
    RETURNING key
""")
"""One statement and one parameter for any number of events. By key, so that two batches never wait for each other."""


def _store(ctx: Ctx, events: Sequence[Happened], whose: Mapping[str, UUID]) -> set[str]:
    """Keep what is not kept yet; the keys of those."""
    rows = [
        {
            "id": str(new_id()),
            "key": event.key,
            "email_id": str(whose[event.key]) if event.key in whose else None,
            "kind": event.kind,
            "address": event.address,
            "at": event.at.isoformat(),
            "machine": event.machine,
            "url": event.url,
            "reason": event.reason,
            "detail": event.detail,
        }
        for event in events
    ]
    values = {"here": ctx.workspace.id, "now": ctx.now, "rows": json.dumps(rows)}
    return {row.key for row in ctx.session.connection().execute(_STORE, values)}


# -- addresses ----------------------------------------------------------------------------------------------------

_CLOSE = text("""
    INSERT INTO suppressions AS known (workspace_id, id, address, reason, email_id, created_at, lifted_at)
    SELECT :here, id, address, reason, email_id, at, NULL
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS row(id uuid, address text, reason text, email_id uuid, at timestamptz)
    ORDER BY address, reason
    ON CONFLICT (workspace_id, address, reason) DO UPDATE
        SET created_at = excluded.created_at, email_id = excluded.email_id, lifted_at = NULL
        WHERE known.created_at < excluded.created_at
          AND (known.lifted_at IS NULL OR known.lifted_at < excluded.created_at)
    RETURNING address
""")
_OPEN = text("""
    INSERT INTO suppressions AS known (workspace_id, id, address, reason, email_id, created_at, lifted_at)
    SELECT :here, id, address, reason, email_id, at, at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS row(id uuid, address text, reason text, email_id uuid, at timestamptz)
    ORDER BY address, reason
    ON CONFLICT (workspace_id, address, reason) DO UPDATE
        SET lifted_at = excluded.lifted_at
        WHERE greatest(known.created_at, known.lifted_at) <= excluded.lifted_at
    RETURNING address
""")
"""The later of leaving and coming back holds, whichever is heard of first: therefore a row also for who comes back."""


def _close_addresses(
    ctx: Ctx, news: Iterable[Happened], whose: Mapping[str, UUID], addresses: Mapping[UUID, str]
) -> set[tuple[str, UUID]]:
    """Suppress addresses, or let them be written to again; the records whose cards say so."""
    latest: dict[tuple[bool, str, SuppressionReason], Happened] = {}
    for event in news:
        reason = _reason(event)
        address = event.address or (addresses.get(whose[event.key], "") if event.key in whose else "")
        if reason is None or not address:
            continue
        slot = (event.kind in RESUBSCRIBED, address, reason)
        if slot not in latest or latest[slot].at < event.at:
            latest[slot] = event
    changed: set[str] = set()
    for opens, statement in ((False, _CLOSE), (True, _OPEN)):
        rows = [
            {
                "id": str(new_id()),
                "address": address,
                "reason": reason.value,
                "email_id": str(whose[event.key]) if event.key in whose else None,
                "at": event.at.isoformat(),
            }
            for (opened, address, reason), event in latest.items()
            if opened is opens
        ]
        if rows:
            values = {"here": ctx.workspace.id, "rows": json.dumps(rows)}
            changed |= {row.address for row in ctx.session.connection().execute(statement, values)}
    return _records_of(ctx, changed)


def _reason(event: Happened) -> SuppressionReason | None:
    if event.kind in UNSUBSCRIBED or event.kind in RESUBSCRIBED:
        return SuppressionReason.UNSUBSCRIBED
    if event.kind == SPAM:
        return SuppressionReason.SPAM
    return SuppressionReason.BOUNCED if event.kind == BOUNCE else None


_HOLDERS = tuple(
    (
        model.__entity__,
        select(model.id).where(
            model.workspace_id == here(),
            among(model.email, "addresses", Text()),
            model.archived_at.is_(None),
        ),
    )
    for model in (Lead, Contact)
)


def _records_of(ctx: Ctx, addresses: set[str]) -> set[tuple[str, UUID]]:
    """Whoever has one of these addresses."""
    if not addresses:
        return set()
    values = {"here": ctx.workspace.id, "addresses": sorted(addresses)}
    found: set[tuple[str, UUID]] = set()
    for entity, query in _HOLDERS:
        found |= {(entity, record_id) for record_id in ctx.session.scalars(query, values)}
    return found

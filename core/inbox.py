"""The inbox of webhook requests: stored before they are answered, claimed under a lease, worked on, forgotten.

It belongs to the workspace that is nobody's (`HOUSE`): whose a request is, is known only once it was read. Each
function takes a session that was begun there.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from core.context import new_id
from core.enums import InboxKind, InboxState
from core.models import InboxItem
from core.models.inbox import HOUSE

LEASE = timedelta(minutes=2)
"""How long who claimed a request may take, before it is somebody else's."""
KEEP = timedelta(days=14)
"""How long the body of a request that was worked on stays for somebody to look at."""
AGAIN = timedelta(days=1)
"""After how long what was given up is tried once more."""
AT_ONCE = 10
"""Requests that are claimed together: even if each takes its whole time, they end well before the lease."""
CLAIMED_BYTES = 8 * 1024 * 1024
"""Of bodies held in memory together; a mail may have 40 MB and comes alone then."""
ERROR_MAX = 500
WAITING: BindParameter[InboxState] = bindparam("waiting", InboxState.WAITING, literal_execute=True)
"""Written into the statement, so that a prepared one still matches the partial index."""


@dataclass(frozen=True)
class Stored:
    """A request that is ours until the lease ends."""

    id: UUID
    kind: InboxKind
    headers: Mapping[str, str]
    """`content_type` and `timestamp` (the signature's, Unix seconds)."""
    body: bytes
    received_at: datetime
    attempt: int
    """Counts from 1."""


_STORE = insert(InboxItem)


def store(session: Session, kind: InboxKind, headers: Mapping[str, str], body: bytes, now: datetime) -> UUID:
    """Keep a verified request, due at once; its id."""
    item_id = new_id()
    values = {
        "workspace_id": HOUSE,
        "id": item_id,
        "kind": kind,
        "headers": dict(headers),
        "body": body,
        "size": len(body),
        "state": InboxState.WAITING,
        "attempts": 0,
        "next_at": now,
        "last_error": "",
        "received_at": now,
    }
    session.connection().execute(_STORE, values)
    return item_id


def claim(
    session: Session, kinds: Collection[InboxKind], now: datetime, lease: timedelta = LEASE, limit: int = AT_ONCE
) -> list[Stored]:
    """Take the requests of these kinds that have been due for longest, and lease them; none where none is due.

    At most `limit`, and no more of them than fit into CLAIMED_BYTES; the first one whatever its size.
    """
    query = (
        select(InboxItem)
        .where(
            InboxItem.workspace_id == HOUSE,
            InboxItem.state == WAITING,
            InboxItem.next_at <= now,
            InboxItem.kind.in_(kinds),
        )
        .order_by(InboxItem.next_at, InboxItem.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    items = _that_fit(session.scalars(query).all())
    for item in items:
        item.attempts += 1
        item.next_at = now + lease
    session.flush()
    here = (InboxItem.workspace_id == HOUSE, InboxItem.id.in_([item.id for item in items]))
    bodies = dict(session.execute(select(InboxItem.id, InboxItem.body).where(*here)).all()) if items else {}
    return [
        Stored(item.id, item.kind, item.headers, bodies[item.id] or b"", item.received_at, item.attempts)
        for item in items
    ]


def _that_fit(items: Sequence[InboxItem]) -> list[InboxItem]:
    """Those that go together. What was begun before comes alone: it may be what ends the process."""
    room = CLAIMED_BYTES
    fitting: list[InboxItem] = []
    for item in items:
        room -= item.size
        if fitting and (room < 0 or item.attempts or fitting[0].attempts):
            break
        fitting.append(item)
    return fitting


def finish(session: Session, notes: Mapping[UUID, str], now: datetime) -> None:
    """They were worked on; whoever has one by now would find nothing left to do.

    `notes`: by the request's id, what an operator may ask.
    """
    rows = [
        {"item": item_id, "state": InboxState.DONE, "done_at": now, "last_error": note[:ERROR_MAX]}
        for item_id, note in notes.items()
    ]
    statement = update(InboxItem).where(InboxItem.workspace_id == HOUSE, InboxItem.id == bindparam("item"))
    session.connection().execute(statement, rows)


def put_off(session: Session, item: Stored, until: datetime, reason: str) -> None:
    """Try again at `until` (UTC)."""
    _mark(session, item, next_at=until, last_error=reason[:ERROR_MAX])


def give_up(session: Session, item: Stored, reason: str) -> None:
    """Leave it to an operator, with all that came."""
    _mark(session, item, state=InboxState.FAILED, last_error=reason[:ERROR_MAX])


def _mark(session: Session, item: Stored, *, own: bool = True, **values: object) -> None:
    statement = update(InboxItem).where(InboxItem.workspace_id == HOUSE, InboxItem.id == item.id)
    if own:
        statement = statement.where(InboxItem.state == InboxState.WAITING, InboxItem.attempts == item.attempt)
    session.execute(statement.values(**values), execution_options={"synchronize_session": False})


def again(session: Session, now: datetime) -> int:
    """Let what was given up a day ago or longer be tried once more, for as long as anything is kept; how many.

    Whose a mail is may be known by now, and what this version could not read a newer one may.
    """
    statement = update(InboxItem).where(
        InboxItem.workspace_id == HOUSE,
        InboxItem.state == InboxState.FAILED,
        InboxItem.next_at < now - AGAIN,
        InboxItem.received_at > now - KEEP,
    )
    values = {"state": InboxState.WAITING, "attempts": 0, "next_at": now}
    found = session.execute(
        statement.values(**values).returning(InboxItem.id), execution_options={"synchronize_session": False}
    )
    return len(found.all())


def forget(session: Session, now: datetime) -> None:
    """Drop requests that were worked on some time ago. What waits or was given up stays, however old it is."""
    ended = (InboxItem.workspace_id == HOUSE, InboxItem.state == InboxState.DONE, InboxItem.done_at < now - KEEP)
    session.execute(delete(InboxItem).where(*ended), execution_options={"synchronize_session": False})

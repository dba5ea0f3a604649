"""The inbox of webhook requests: stored before they are answered, claimed under a lease, worked on, forgotten.

It belongs to the workspace that is nobody's (`HOUSE`): whose a request is, is known only once it was read. Each
function takes a session that was begun there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, undefer

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
    session.execute(insert(InboxItem).values(values))
    return item_id


def claim(session: Session, kinds: Collection[InboxKind], now: datetime, lease: timedelta = LEASE) -> Stored | None:
    """Take the request that has been due for longest, and lease it; None where none of these kinds is due."""
    query = (
        select(InboxItem)
        .where(
            InboxItem.workspace_id == HOUSE,
            InboxItem.state == WAITING,
            InboxItem.next_at <= now,
            InboxItem.kind.in_(kinds),
        )
        .order_by(InboxItem.next_at, InboxItem.id)
        .limit(1)
        .options(undefer(InboxItem.body))
        .with_for_update(skip_locked=True)
    )
    item = session.scalars(query).one_or_none()
    if item is None:
        return None
    item.attempts += 1
    item.next_at = now + lease
    return Stored(item.id, item.kind, item.headers, item.body or b"", item.received_at, item.attempts)


def finish(session: Session, item: Stored, now: datetime, note: str = "") -> None:
    """It was worked on; whoever has it by now would find nothing left to do. `note` says what an operator may ask."""
    _mark(session, item, own=False, state=InboxState.DONE, done_at=now, last_error=note[:ERROR_MAX])


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

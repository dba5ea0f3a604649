"""Addresses this workspace does not write to: their owners said so, or mail to them came back."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ScalarSelect, Text, case, select, update
from sqlalchemy.dialects.postgresql import insert

from core.context import Ctx, new_id
from core.enums import SuppressionReason
from core.errors import Forbidden
from core.events import RecordChanged
from core.models import Contact, Lead, Suppression
from core.operations import operation
from core.params import among, here

BY_PEOPLE = frozenset({SuppressionReason.MANUAL, SuppressionReason.BOUNCED})
"""What a colleague may take back. What the reader of a mail decided is theirs."""
_WEIGHT = (
    SuppressionReason.UNSUBSCRIBED,
    SuppressionReason.SPAM,
    SuppressionReason.BOUNCED,
    SuppressionReason.MANUAL,
)
"""Which reason is named where there are several."""
CARDS_MAX = 20
"""Records whose cards are brought up to date at once: an address is seldom on more than one."""


@operation("email.suppress")
def suppress(ctx: Ctx, address: str, reason: SuppressionReason, email_id: UUID | None = None) -> bool:
    """Do not write to an address (normalised) any more; `email_id` is the mail that brought it about.

    True where that is new; one more time changes nothing.
    """
    row = {
        "workspace_id": ctx.workspace.id,
        "id": new_id(),
        "address": address,
        "reason": reason,
        "email_id": email_id,
        "created_at": ctx.now,
        "lifted_at": None,
    }
    statement = insert(Suppression).values(row)
    again = {"created_at": ctx.now, "lifted_at": None, "email_id": email_id}
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "address", "reason"], set_=again, where=Suppression.lifted_at.is_not(None)
    )
    new = ctx.session.execute(statement.returning(Suppression.id)).first() is not None
    if new:
        _show(ctx, address)
    return new


@operation("email.allow")
def lift(ctx: Ctx, address: str, reason: SuppressionReason) -> bool:
    """Let an address (normalised) be written to again, as far as this reason goes; True where it held.

    Raises Forbidden("opt_out_is_theirs") where a colleague lifts what the reader decided.
    """
    if ctx.actor.member_id is not None and reason not in BY_PEOPLE:
        raise Forbidden("opt_out_is_theirs")
    statement = (
        update(Suppression)
        .where(
            Suppression.workspace_id == ctx.workspace.id,
            Suppression.address == address,
            Suppression.reason == reason,
            Suppression.lifted_at.is_(None),
        )
        .values(lifted_at=ctx.now)
    )
    held = ctx.session.execute(statement.returning(Suppression.id)).first() is not None
    if held:
        _show(ctx, address)
    return held


def standing(ctx: Ctx, addresses: Iterable[str]) -> dict[str, SuppressionReason]:
    """Of these addresses (normalised) those that are not written to, and the weightiest reason."""
    wanted = set(addresses) - {""}
    if not wanted:
        return {}
    found: dict[str, SuppressionReason] = {}
    for address, reason in ctx.session.execute(_STANDING, {"here": ctx.workspace.id, "addresses": list(wanted)}):
        found[address] = min(found.get(address, reason), reason, key=_WEIGHT.index)
    return found


_STANDING = select(Suppression.address, Suppression.reason).where(
    Suppression.workspace_id == here(),
    among(Suppression.address, "addresses", Text()),
    Suppression.lifted_at.is_(None),
)


def reason_of(model: type[Lead | Contact]) -> ScalarSelect[SuppressionReason]:
    """For a select over leads or contacts: why the address is not written to; the weightiest reason, NULL for none."""
    weight = case({reason.value: number for number, reason in enumerate(_WEIGHT)}, value=Suppression.reason)
    return (
        select(Suppression.reason)
        .where(
            Suppression.workspace_id == model.workspace_id,
            Suppression.address == model.email,
            Suppression.lifted_at.is_(None),
        )
        .order_by(weight)
        .limit(1)
        .correlate(model)
        .scalar_subquery()
    )


def _show(ctx: Ctx, address: str) -> None:
    """The cards of whoever has this address say so."""
    for model in (Lead, Contact):
        query = select(model.id).where(
            model.workspace_id == ctx.workspace.id, model.email == address, model.archived_at.is_(None)
        )
        for record_id in ctx.session.scalars(query.limit(CARDS_MAX)):
            ctx.emit(RecordChanged(model.__entity__, record_id))

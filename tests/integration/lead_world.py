"""What the tests of leads share: a lead as it is typed, and several people at once."""

import threading
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from core import leads
from core.errors import DomainError
from core.leads import ConversionInput, LeadInput
from core.models import Member, Outbox
from tests.conftest import CtxFor

LENA = LeadInput("Lena Fischer", "Acme GmbH", "lena@acme.example", "+49 30 1234567")


def events(ctx_for: CtxFor, kind: str) -> list[dict[str, object]]:
    """What was put into the outbox under a kind."""
    with ctx_for() as ctx:
        return list(ctx.session.scalars(select(Outbox.payload).where(Outbox.kind == kind).order_by(Outbox.id)))


def created(ctx_for: CtxFor, by: Member, values: LeadInput) -> UUID:
    with ctx_for(by) as ctx:
        return leads.create(ctx, values).id


def conversion(**over: object) -> ConversionInput:
    values: dict[str, object] = {
        "account_id": None,
        "account_name": "Acme GmbH",
        "contact_name": "Lena Fischer",
        "deal_name": "Acme rollout",
        "value": Decimal("12000"),
        "currency": "EUR",
        "stage_id": None,
    }
    return ConversionInput(**(values | over))  # type: ignore[arg-type]


def at_once(*acts: Callable[[], object]) -> list[DomainError | None]:
    """Do things at the same time; what each was refused with, None where it went through."""
    start = threading.Barrier(len(acts))
    refused: list[DomainError | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except DomainError as error:
            refused[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused

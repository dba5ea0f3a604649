"""What a deal needs before it may enter a stage."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

REQUIRABLE = ("value", "expected_close", "account_id", "contact_id", "next_step")
"""The columns of a deal that a stage may ask for, in the order they are asked for."""


class Described(Protocol):
    """A deal, as far as stages ask: the record itself or its card."""

    @property
    def value(self) -> Decimal | None:
        """What it is worth."""

    @property
    def expected_close(self) -> date | None:
        """When it is expected to be decided."""

    @property
    def account_id(self) -> UUID | None:
        """The company."""

    @property
    def contact_id(self) -> UUID | None:
        """The person."""

    @property
    def next_step(self) -> str | None:
        """What comes next."""


class Step(Protocol):
    """A stage, as far as moving into it goes."""

    @property
    def position(self) -> int:
        """Where it stands in its pipeline, from the first."""

    @property
    def required_fields(self) -> Sequence[str]:
        """What it asks for."""


def missing(deal: Described, stage: Step) -> tuple[str, ...]:
    """What the stage asks for and the deal has not: column names, in the order they are asked for."""
    wanted = [name for name in REQUIRABLE if name in stage.required_fields]
    return tuple(name for name in wanted if getattr(deal, name) in (None, ""))


def missing_on_the_way(deal: Described, now: Step | None, stage: Step) -> tuple[str, ...]:
    """The same for a deal that moves there from the stage it is in now; moving back asks for nothing."""
    if now is not None and stage.position <= now.position:
        return ()
    return missing(deal, stage)

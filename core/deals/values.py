"""A deal as it is typed."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from uuid import UUID

FORM_FIELDS = (
    "name",
    "account_id",
    "contact_id",
    "value",
    "currency",
    "stage_id",
    "owner_id",
    "expected_close",
    "next_step",
    "next_follow_up",
    "next_follow_up_at",
)
"""What the form of a deal writes: only changes of these by somebody else are a conflict."""


@dataclass(frozen=True)
class DealInput:
    """A deal as it is typed. `value` is in `currency` (empty: the workspace's); `owner` is a Slack user id.

    `stage_id` None is the first stage of a new deal and no change of an old one; so is `next_step` None.
    """

    name: str
    account_id: UUID | None = None
    contact_id: UUID | None = None
    value: Decimal | None = None
    currency: str = ""
    stage_id: UUID | None = None
    owner: str = ""
    expected_close: date | None = None
    next_step: str | None = None
    next_follow_up: date | None = None
    next_follow_up_at: time | None = None


@dataclass(frozen=True)
class LossInput:
    """Why a deal is lost, and to whom."""

    loss_reason_id: UUID | None
    competitor: str = ""
    note: str = ""


@dataclass(frozen=True)
class StageNeeds:
    """What is told of a deal because a stage asks for it; `value` is in the deal's currency."""

    value: Decimal | None = None
    expected_close: date | None = None
    account_id: UUID | None = None
    contact_id: UUID | None = None
    next_step: str = ""


NOTHING = StageNeeds()

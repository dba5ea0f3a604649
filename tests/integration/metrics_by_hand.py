"""The same numbers counted slowly and plainly: rows, and loops over them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from core.context import Ctx
from core.enums import ActivityKind, EmailState, StageKind
from core.models import Activity, Deal, Email, History, Lead, Stage, StageChange
from core.queries.metrics import Span
from tests.integration.metrics_world import rows


@dataclass
class ByHand:
    """The rows, and loops over them. `span` is the number's."""

    ctx: Ctx
    span: Span

    def __post_init__(self) -> None:
        ctx = self.ctx
        self.stages = {one.id: one for one in rows(ctx, Stage)}
        self.all_deals = rows(ctx, Deal)
        self.deals = [one for one in self.all_deals if one.archived_at is None and self.theirs(one.owner_id)]
        self.history = sorted(rows(ctx, History), key=lambda one: (one.at, one.id))

    def theirs(self, member_id: UUID | None) -> bool:
        return self.span.people is None or member_id in self.span.people

    def inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.span.since <= moment < self.span.until

    def way(self, deal: Deal) -> list[StageChange]:
        way = [one for one in rows(self.ctx, StageChange) if one.deal_id == deal.id and one.archived_at is None]
        return sorted(way, key=lambda one: (one.at, one.id))

    def closed(self, kind: StageKind) -> list[tuple[Deal, UUID | None]]:
        return [
            (deal, self.way(deal)[-1].by_id)
            for deal in self.deals
            if self.stages[deal.stage_id].kind is kind and self.inside(deal.closed_at)
        ]

    def moved(self) -> list[tuple[Deal, UUID | None]]:
        found = []
        for deal in self.deals:
            way = [one for one in self.way(deal) if self.inside(one.at)]
            if not way or way[0].from_stage_id is None:
                continue
            to = self.stages[way[-1].to_stage_id]
            if to.id != way[0].from_stage_id and to.kind is StageKind.OPEN:
                found.append((deal, way[-1].by_id))
        return found

    def slipped(self) -> list[tuple[Deal, UUID | None]]:
        found = []
        for deal in self.deals:
            if deal.closed_at is not None:
                continue
            shifts = [
                one
                for one in self.history
                if one.entity_id == deal.id and self.inside(one.at) and "expected_close" in one.changes
            ]
            old = shifts[0].changes["expected_close"][0] if shifts else None
            new = shifts[-1].changes["expected_close"][1] if shifts else None
            if old and new and date.fromisoformat(new) > date.fromisoformat(old):
                found.append((deal, shifts[-1].actor_id or deal.owner_id))
            elif deal.expected_close is not None:
                first = self.span.since.astimezone(self.span.zone).date()
                after = self.span.until.astimezone(self.span.zone).date()
                if first <= deal.expected_close < after:
                    found.append((deal, deal.owner_id))
        return found

    def leads(self) -> list[Lead]:
        return [
            one
            for one in rows(self.ctx, Lead)
            if one.archived_at is None and self.inside(one.created_at) and self.theirs(one.owner_id)
        ]

    def calls(self) -> list[Activity]:
        return [
            one
            for one in rows(self.ctx, Activity)
            if one.kind is ActivityKind.CALL
            and one.archived_at is None
            and self.inside(one.at)
            and self.theirs(one.owner_id)
        ]

    def mails(self) -> list[Email]:
        return [
            one
            for one in rows(self.ctx, Email)
            if one.state is EmailState.SENT and self.inside(one.sent_at) and self.theirs(one.sender_id)
        ]

    def as_of(self, deal: Deal, name: str, moment: datetime) -> object:
        """What a field was right before a moment: the old value of the first change since."""
        for one in self.history:
            if one.entity_id == deal.id and one.at >= moment and name in one.changes:
                return one.changes[name][0]
        value = getattr(deal, name)
        return None if value is None else str(value)

    def open_before(self, deal: Deal, moment: datetime) -> bool:
        if deal.created_at >= moment or self.as_of(deal, "closed_at", moment) is not None:
            return False
        actions = [one.action for one in self.history if one.entity_id == deal.id and one.at >= moment]
        taken = [one for one in actions if one in ("archive", "restore")]
        return taken[0] == "archive" if taken else deal.archived_at is None

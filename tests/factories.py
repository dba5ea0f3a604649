"""Rows for tests: plain functions with defaults that insert through a context and flush.

with ctx_for() as ctx:
    ana = make_member(ctx, role=Role.MANAGER)
    lead = make_lead(ctx, owner=ana, company="Acme GmbH")
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from core import workspaces
from core.context import Ctx, Workspace, new_id
from core.counters import next_number
from core.db import Database
from core.enums import ActivityKind, LeadStatus, Role, StageKind
from core.models import (
    Account,
    Activity,
    Contact,
    Deal,
    Lead,
    LeadSource,
    LossReason,
    Member,
    Objection,
    Pipeline,
    Product,
    Quote,
    QuoteLine,
    Stage,
    Tag,
    TenantModel,
    WorkspaceRow,
)

START = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
"""A Monday morning, and not the day of a clock change anywhere that matters."""

Row = TypeVar("Row", bound=TenantModel)


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it stands at, aware, in UTC."""
        return self._now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move on by a timedelta or by its parts: `clock.advance(hours=3)`. Gives the new moment."""
        self._now += by if by is not None else timedelta(**parts)
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to a moment (aware)."""
        self._now = moment.astimezone(UTC)


@contextmanager
def ctx_as(
    database: Database, clock: FixedClock, workspace_id: UUID, member_id: UUID | None, source: str = "test"
) -> Iterator[Ctx]:
    """One transaction in which a member (None: the system) acts."""
    with database.begin(workspace_id) as session:
        if member_id is None:
            yield workspaces.system_ctx(session, clock, workspace_id, source)
        else:
            yield workspaces.member_ctx(session, clock, workspace_id, member_id, source)


def new_team_id() -> str:
    """Slack's id of a team nobody else has."""
    return f"T{uuid4().hex[:10].upper()}"


def make_workspace(database: Database, clock: FixedClock, **settings: object) -> Workspace:
    """A workspace as its first start leaves it; `settings` are columns to set on it (`visibility=Visibility.ALL`)."""
    team_id = new_team_id()
    workspace_id = workspaces.workspace_id_for(team_id)
    with database.begin(workspace_id) as session:
        person = workspaces.SlackPerson(team_id, "UADMIN", "Ada Admin")
        workspaces.enter(session, clock, person, "test")
        row = session.scalars(select(WorkspaceRow)).one()
        for name, value in ({"name": "Acme Sales"} | settings).items():
            setattr(row, name, value)
        session.flush()
        return workspaces.describe(row)


def make_member(
    ctx: Ctx, name: str = "Ana Silva", *, role: Role = Role.REP, manager: Member | None = None, **over: object
) -> Member:
    """A member, with a Slack id of its own."""
    values: dict[str, object] = {"slack_user_id": f"U{uuid4().hex[:10].upper()}", "name": name, "role": role}
    return put(ctx, Member(**(values | {"manager_id": id_of(manager)} | over)))


def make_account(ctx: Ctx, name: str = "Acme GmbH", *, owner: Member | None = None, **over: object) -> Account:
    """A company."""
    values = {"number": next_number(ctx, "account"), "name": name, "owner_id": id_of(owner)}
    return put(ctx, Account(**(values | over)))


def make_contact(
    ctx: Ctx, name: str = "Ben Okafor", *, account: Account | None = None, owner: Member | None = None, **over: object
) -> Contact:
    """A person at a company."""
    values = {
        "number": next_number(ctx, "contact"),
        "name": name,
        "account_id": id_of(account),
        "owner_id": id_of(owner),
    }
    return put(ctx, Contact(**(values | over)))


def make_lead(ctx: Ctx, name: str = "Lena Fischer", *, owner: Member | None = None, **over: object) -> Lead:
    """A lead in status new."""
    values = {"number": next_number(ctx, "lead"), "name": name, "status": LeadStatus.NEW, "owner_id": id_of(owner)}
    return put(ctx, Lead(**(values | over)))


def make_pipeline(ctx: Ctx, name: str = "Partners", **over: object) -> Pipeline:
    """A pipeline without stages."""
    return put(ctx, Pipeline(**({"name": name, "position": 1} | over)))


def make_stage(ctx: Ctx, pipeline: Pipeline, name: str = "Talking", **over: object) -> Stage:
    """A stage at the end of a pipeline."""
    position = len(ctx.session.scalars(select(Stage.id).where(Stage.pipeline_id == pipeline.id)).all())
    values = {"pipeline_id": pipeline.id, "name": name, "position": position, "kind": StageKind.OPEN}
    return put(ctx, Stage(**(values | over)))


def the_stage(ctx: Ctx, name: str) -> Stage:
    """A stage of the pipeline every workspace starts with: Lead in, Qualified, Proposal, Negotiation, Won, Lost."""
    found = select(Stage).join(
        Pipeline, (Pipeline.workspace_id == Stage.workspace_id) & (Pipeline.id == Stage.pipeline_id)
    )
    return ctx.session.scalars(found.where(Pipeline.name == "Sales", Stage.name == name)).one()


def make_deal(
    ctx: Ctx,
    name: str = "Acme rollout",
    *,
    stage: Stage | None = None,
    account: Account | None = None,
    owner: Member | None = None,
    **over: object,
) -> Deal:
    """An open deal in the first stage, worth 12,000 in the workspace's currency."""
    stage = stage or the_stage(ctx, "Lead in")
    values = {
        "number": next_number(ctx, "deal"),
        "name": name,
        "pipeline_id": stage.pipeline_id,
        "stage_id": stage.id,
        "stage_entered_at": ctx.now,
        "value": Decimal(12_000),
        "currency": ctx.workspace.currency,
        "account_id": id_of(account),
        "owner_id": id_of(owner),
    }
    return put(ctx, Deal(**(values | over)))


def make_activity(ctx: Ctx, record: Lead | Account | Contact | Deal, **over: object) -> Activity:
    """A note on a record, made now."""
    values = {"kind": ActivityKind.NOTE, f"{record.__entity__}_id": record.id, "at": ctx.now, "notes": "Spoke briefly."}
    return put(ctx, Activity(**(values | over)))


def make_objection(ctx: Ctx, name: str = "Too expensive") -> Objection:
    """Something prospects say."""
    return put(ctx, Objection(name=name, name_key=name.lower()))


def make_product(ctx: Ctx, name: str = "Licence", price: str = "100", **over: object) -> Product:
    """Something to sell, at `price` in the workspace's currency."""
    return put(
        ctx, Product(**({"name": name, "unit_price": Decimal(price), "currency": ctx.workspace.currency} | over))
    )


def make_quote(ctx: Ctx, deal: Deal, **over: object) -> Quote:
    """An empty draft."""
    values = {
        "year": ctx.now.year,
        "sequence": next_number(ctx, f"quote:{ctx.now.year}"),
        "deal_id": deal.id,
        "currency": deal.currency,
        "valid_until": date(ctx.now.year, 12, 31),
        "subtotal": Decimal(0),
        "tax": Decimal(0),
        "total": Decimal(0),
    }
    return put(ctx, Quote(**(values | over)))


def make_quote_line(ctx: Ctx, quote: Quote, description: str = "Licence", **over: object) -> QuoteLine:
    """One piece at 100."""
    values = {
        "quote_id": quote.id,
        "position": 0,
        "description": description,
        "quantity": Decimal(1),
        "unit_price": Decimal(100),
    }
    return put(ctx, QuoteLine(**(values | over)))


def make_source(ctx: Ctx, name: str = "Trade fair") -> LeadSource:
    """Where leads come from."""
    return put(ctx, LeadSource(name=name))


def make_loss_reason(ctx: Ctx, name: str = "Too early") -> LossReason:
    """Why a deal is lost."""
    return put(ctx, LossReason(name=name))


def make_tag(ctx: Ctx, name: str = "vip") -> Tag:
    """A word to group by."""
    return put(ctx, Tag(name=name))


def put(ctx: Ctx, row: Row) -> Row:
    """Insert a row into the context's workspace."""
    ctx.add(row)
    if not ctx.session.info.get("together"):
        ctx.session.flush()
    return row


@contextmanager
def together(ctx: Ctx) -> Iterator[None]:
    """What is put in here is inserted at the end, in one flush: with many rows, half of the work."""
    with ctx.session.no_autoflush:
        ctx.session.info["together"] = True
        yield
        del ctx.session.info["together"]
    ctx.session.flush()


def put_rows(ctx: Ctx, model: type[TenantModel], rows: Iterable[Mapping[str, object]]) -> None:
    """Insert rows by the thousand: by their values, below the session, so without history."""
    stamps = {name: ctx.now for name in ("created_at", "updated_at") if hasattr(model, name)}
    values = [{"workspace_id": ctx.workspace.id, "id": new_id(), **stamps, **row} for row in rows]
    ctx.session.connection().execute(insert(model), values)


def id_of(row: TenantModel | None) -> UUID | None:
    """The row's id, or None for no row."""
    return row.id if row else None

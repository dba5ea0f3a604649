"""The audit: who may read it, what the words of a search mean, and the file it becomes."""

import csv
import io
from datetime import timedelta

import pytest

from core import audit, deals, leads, undo
from core.access import visible
from core.administration import workspace
from core.administration.workspace import ChannelsInput
from core.context import Ctx
from core.enums import Role
from core.errors import Conflict, Forbidden
from core.leads import LeadInput
from core.models import Deal, Member, Outbox
from core.queries import audit as queries
from core.queries.audit import audit_page, export_lines
from core.queries.history import Channel, FieldChange, Word
from notifications import exports
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_deal, make_lead, make_member, the_stage


@pytest.fixture
def ada(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ada Admin", role=Role.ADMIN)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def deal(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> Deal:
    """D-1, made by Ana a day before she moved it."""
    with ctx_for(ana) as ctx:
        made = make_deal(ctx, "Rollout", owner=ana)
    clock.advance(days=1)
    with ctx_for(ana, source="/deal move") as ctx:
        deals.move(ctx, made.id, the_stage(ctx, "Proposal").id)
    return made


def found(ctx: Ctx, words: str) -> list[tuple[str, str, str]]:
    page = audit_page(ctx, words)
    assert page.unknown == ""
    return [(line.entity, line.ref, line.action) for line in page.page.rows]


def test_reps_and_managers_may_not_read_it(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira", role=Role.MANAGER)
    for member in (ana, mira):
        with ctx_for(member) as ctx:
            with pytest.raises(Forbidden, match="needs_admin"):
                audit_page(ctx, "")
            with pytest.raises(Forbidden, match="needs_admin"):
                audit.export(ctx, "")
            with pytest.raises(Forbidden, match="needs_admin"):
                next(export_lines(ctx, ""))


def test_each_sort_of_word_finds_what_it_means(ctx_for: CtxFor, ada: Member, ana: Member, deal: Deal) -> None:
    with ctx_for(ada) as ctx:
        make_lead(ctx, "Zoe Lima")
    with ctx_for(ada) as ctx:
        today = ctx.today.date()
        created, moved = ("deal", "D-1", "create"), ("deal", "D-1", "update")
        assert found(ctx, "D-1") == [moved, created]
        assert found(ctx, "D-9") == []
        assert found(ctx, f"d-1 {today - timedelta(days=1)}") == [created]
        assert found(ctx, f"d-1 {today}..") == [moved]
        assert found(ctx, "D-1 yesterday") == [created]
        assert found(ctx, f"{today}..{today} stage deal.move D-1") == [moved]
        assert found(ctx, "lead") == [("lead", "L-1", "create")]
        assert found(ctx, f"<@{ada.slack_user_id}|ada>") == [("lead", "L-1", "create")]
        assert {entity for entity, _, _ in found(ctx, "@ana")} == {"deal"}, "what follows from a move is not told again"
        assert found(ctx, "@nobody") == []
        assert found(ctx, "next-follow-up L-1") == []
        assert found(ctx, "lima zoe") == [("lead", "L-1", "create")], "by name"
        assert found(ctx, "roll stage today") == [moved]
        assert audit_page(ctx, "D-1 gibberish").unknown == "gibberish"
        assert audit_page(ctx, "2026-13-40").unknown == "2026-13-40"


def test_settings_are_found_by_what_they_are_called_and_told_in_words(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        workspace.set_channels(ctx, ChannelsInput(sales_channel="C0SALES"), None)
    for words in ("settings", "channel", "sales_channel"):
        with ctx_for(ada) as ctx:
            line = audit_page(ctx, words).page.rows[0]
        assert FieldChange("sales_channel", None, Channel("C0SALES")) in line.fields


def test_a_line_says_who_what_when_and_from_where(ctx_for: CtxFor, ada: Member, deal: Deal) -> None:
    with ctx_for(ada) as ctx:
        line = audit_page(ctx, "D-1 stage today").page.rows[0]
    assert (line.who, line.ref, line.name, line.operation) == ("Ana Silva", "D-1", "Rollout", "deal.move")
    assert line.source == "/deal move"
    changed = {one.field: (one.old, one.new) for one in line.fields}
    assert changed["stage_id"] == ("Lead in", "Proposal")


def test_pages_are_whole_and_in_order(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        for number in range(11):
            make_lead(ctx, f"Lead {number}")
    with ctx_for(ada) as ctx:
        first, second = audit_page(ctx, "lead").page, audit_page(ctx, "lead", 1).page
    assert (len(first.rows), first.has_more, len(second.rows), second.has_more) == (8, True, 3, False)
    assert [line.name for line in (*first.rows, *second.rows)] == [f"Lead {number}" for number in range(10, -1, -1)]


def test_what_was_taken_back_stays_in_it(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        lead = leads.create(ctx, LeadInput(name="Zoe Lima"))
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        rows = audit_page(ctx, f"L-{lead.number}").page.rows
    assert [(line.action, line.takes_back, line.name) for line in rows] == [
        ("archive", True, "Zoe Lima"),
        ("create", False, "Zoe Lima"),
    ]


def test_the_file_is_whole_across_batches_and_no_formula(
    ctx_for: CtxFor, ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH", 3)
    names = ["=1+1", "+49", "-2", "@SUM(A1)", 'Quote " and, comma\nand line', "Plain"]
    with ctx_for(ada) as ctx:
        for name in names:
            make_lead(ctx, name)
    with ctx_for(ada) as ctx:
        file = exports.audit_file(ctx, "lead")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in file.content
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    written = [row["new"] for row in rows if row["field"] == "name"]
    assert written == ["Plain", names[4], "'@SUM(A1)", "'-2", "'+49", "'=1+1"]
    assert {row["who"] for row in rows} == {"Ada Admin"}
    assert not any(cell.startswith(exports.FORMULA) for row in rows for cell in row.values())
    assert "6" in file.comment


def test_a_file_has_an_end(ctx_for: CtxFor, ada: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "EXPORT_MAX", 4)
    monkeypatch.setattr(queries, "BATCH", 3)
    with ctx_for(ada) as ctx:
        for number in range(6):
            make_lead(ctx, f"Lead {number}")
    with ctx_for(ada) as ctx:
        assert [line.name for line in export_lines(ctx, "lead")] == [f"Lead {number}" for number in (5, 4, 3, 2)]


def test_an_export_is_asked_for_and_made_by_the_worker(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        audit.export(ctx, "D-1")
        with pytest.raises(Conflict, match="audit_word"):
            audit.export(ctx, "gibberish")
    with ctx_for() as ctx:
        asked = [row for row in ctx.session.scalars(visible(ctx, Outbox)) if row.kind == "audit.asked"]
    assert [row.payload for row in asked] == [{"member_id": str(ada.id), "words": "D-1"}]


def test_vocabulary_reads_as_words(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        make_lead(ctx, "Zoe Lima")
    with ctx_for(ada) as ctx:
        line = audit_page(ctx, "status").page.rows[0]
    assert {one.field: one.new for one in line.fields}["status"] == Word("new")

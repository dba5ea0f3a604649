"""The terminal's daily verbs: lists of every kind, search, and a call that is logged without Slack."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from cli import console
from cli.main import main
from core.context import SystemClock, Workspace
from core.emails.drafts import EmailInput, send
from core.enums import ActivityKind, CallOutcome, LeadStatus, QuoteStatus, Role
from core.models import Activity, ActivityObjection, History, Lead, Member, Objection, Outbox
from core.targets import Holder, TargetsInput, set_targets
from tests.conftest import CtxFor
from tests.factories import (
    make_account,
    make_activity,
    make_deal,
    make_lead,
    make_member,
    make_objection,
    make_quote,
    put,
    the_stage,
)
from tests.integration.test_cli import Result

HOSTILE = "<!channel> *x* [red]<https://evil|ok>"
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _environment(owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", owner_url)
    # The console asked for the width when it was imported, perhaps by another test.
    monkeypatch.setattr(console.OUT, "width", 250)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def rapport(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `rapport …` in this process, as Ana unless somebody else is named."""

    def run(*arguments: str, who: str = "ana") -> Result:
        asked = ["rapport", *arguments, "--as", who, "--workspace", workspace.team_id]
        monkeypatch.setattr(sys, "argv", asked)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        make_member(ctx, "Ben Okafor")
        return make_member(ctx, "Ana Silva")


def rows(result: Result) -> list[dict[str, object]]:
    assert result.code == 0, result.err
    found: list[dict[str, object]] = json.loads(result.out)["rows"]
    return found


def test_calls_newest_first_with_their_record_and_objections(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, "Lena Fischer", owner=ana)
        deal = make_deal(ctx, "Arms for Acme", owner=ana, account=make_account(ctx, owner=ana))
        outcome = {"kind": ActivityKind.CALL, "owner_id": ana.id}
        make_activity(ctx, lead, **outcome, outcome=CallOutcome.NO_ANSWER, at=ctx.now - timedelta(days=1))
        heard = make_activity(ctx, deal, **outcome, outcome=CallOutcome.INTERESTED)
        make_activity(ctx, deal)
        for name in ("Too expensive", "No budget"):
            put(ctx, ActivityObjection(activity_id=heard.id, objection_id=make_objection(ctx, name).id))
    listed = rows(rapport("list", "calls", "--json"))
    assert [(row["ref"], row["name"], row["who"], row["objections"]) for row in listed] == [
        ("D-1", "Arms for Acme", "Ana Silva", "No budget, Too expensive"),
        ("L-1", "Lena Fischer", "Ana Silva", ""),
    ]
    assert [row["ref"] for row in rows(rapport("list", "calls", "no_answer", "--json"))] == ["L-1"]
    assert [row["ref"] for row in rows(rapport("list", "calls", "arms", "--json"))] == ["D-1"]
    assert len(rows(rapport("list", "calls", "mine", "--json"))) == 2
    assert "No budget, Too expensive" in rapport("list", "calls").out
    assert rapport("list", "calls", who="ben").out.strip() == "No calls here."


def test_a_record_is_shown_with_its_mails_and_where_they_stand(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, "Lena Fischer", owner=ana, email="lena@acme.example")
        send(ctx, "lead", lead.id, EmailInput("Our <b>call</b>", "Hello"))
    shown = rapport("show", "L-1")
    assert "Our <b>call</b>" in shown.out
    assert "waiting to be sent" in shown.out
    assert "machine" not in shown.out.lower()


def test_calls_of_a_record_that_was_taken_back_are_gone(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
        make_activity(ctx, lead, kind=ActivityKind.CALL, archived_at=ctx.now)
    assert rows(rapport("list", "calls", "--json")) == []


def test_calls_come_in_pages(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
        for minutes in range(11):
            make_activity(ctx, lead, kind=ActivityKind.CALL, at=ctx.now - timedelta(minutes=minutes))
    first = json.loads(rapport("list", "calls", "--json").out)
    second = json.loads(rapport("list", "calls", "--json", "--page", "2").out)
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert len({row["id"] for row in first["rows"] + second["rows"]}) == 11


def test_quotes(rapport: Run, ctx_for: CtxFor, ana: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, HOSTILE, owner=ana)
        make_quote(ctx, deal)
        make_quote(ctx, deal, status=QuoteStatus.SENT)
        year = ctx.now.year
    refs = [row["ref"] for row in rows(rapport("list", "quotes", "--json"))]
    assert refs == [f"Q-{year}-0002", f"Q-{year}-0001"]
    assert [row["ref"] for row in rows(rapport("list", "quotes", "sent", "--json"))] == [f"Q-{year}-0002"]
    assert HOSTILE in rapport("list", "quotes").out
    monkeypatch.setattr(console.OUT, "width", 60)
    assert f"Q-{year}-0002" in rapport("list", "quotes").out, "in a narrow window too: it is typed into `rapport show`"
    assert f"Q-{year}-0001" in rapport("show", f"q-{year}-1").out
    assert rows(rapport("list", "quotes", "--json", who="ben")) == []


def test_report_counts_the_week_that_runs(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=ana)
    rapport("log-call", "L-1", "--outcome", "connected")
    counts = {(row["part"], row["what"]): row["count"] for row in rows(rapport("report", "week", "--json"))}
    assert (counts["calls", "made"], counts["outcomes", "connected"], counts["mails", "sent"]) == (1, 1, 0)
    assert ("people", "calls") in counts
    shown = rapport("report", "week").out
    assert "connected" in shown
    assert "Ana" in shown
    assert "part,what,who,count" in rapport("report", "week", "--csv").out
    before = rows(rapport("report", "week", "1", "--json"))
    assert [row["count"] for row in before if row["part"] == "calls"] == [0]
    assert rapport("report", "week", "x").code == rapport("report", "year").code == 1


def test_targets_with_how_far_they_are(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    today = SystemClock().now().date()
    with ctx_for() as ctx:
        ctx.now = SystemClock().now()
        make_lead(ctx, "Lena Fischer", owner=ana)
        values = TargetsInput({"EUR": Decimal(1000)}, calls=4)
        set_targets(ctx, Holder(ana.id), today.replace(day=1), values, ())
    rapport("log-call", "L-1", "--outcome", "connected")
    shown = rapport("report", "targets").out
    assert "€0 won of €1,000 (0%)" in shown
    assert "1 of 4 calls (25%)" in shown
    (won, calls) = json.loads(rapport("report", "targets", f"{today:%Y-%m}", "--json").out)["targets"]
    assert (won["currency"], calls["done"], calls["percent"]) == ("EUR", "1", 25)
    assert "No targets are set" in rapport("report", "targets", "last").out
    assert "write a month" in rapport("report", "targets", "whenever").err


def test_lists_take_the_words_of_slack(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_member(ctx, "Zoe Admin", role=Role.ADMIN)
        make_deal(ctx, "Arms", owner=ana)
        make_deal(ctx, "Cells", stage=the_stage(ctx, "Won"), closed_at=ctx.now)

    def listed(*words: str) -> list[object]:
        return [row["ref"] for row in rows(rapport("list", *words, "--json", who="zoe"))]

    assert (listed("deals", "@ana"), listed("deals", "@Ana Silva", "won")) == (["D-1"], [])
    assert (listed("deals", "won"), listed("deals", "mine"), listed("deals", "cells")) == (["D-2"], [], ["D-2"])
    assert (listed("leads"), listed("quotes", "open")) == ([], [])
    unclear = rapport("list", "deals", "@nobody", who="zoe")
    assert (unclear.code, "“@nobody” is not one colleague" in unclear.err) == (1, True)
    assert "There is no “fair” here." in rapport("list", "leads", "source:fair", who="zoe").err


def test_what_would_steer_a_terminal_is_not_printed(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, "Lena\x1b[2J Fischer\x9b31m", owner=ana)
        make_activity(ctx, lead, notes="Said\x07\x1b]0;x\x07 this\nand that")
    printed = [rapport(*words).out for words in (("list", "leads"), ("show", "L-1"), ("search", "fischer"))]
    printed.append(rapport("log-call", "L-1", "--outcome", "connected").out)
    printed.append(rapport("list", "leads", "--json").out)
    assert all("Fischer" in text for text in printed)
    assert not {"\x1b", "\x07", "\x9b"} & set("".join(printed))


def test_search_finds_what_one_may_see(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", company="Acme GmbH", owner=ana)
        make_account(ctx, "Lena Works", owner=ana)
    found = rows(rapport("search", "lena", "--json"))
    assert {row["ref"] for row in found} == {"L-1", "A-1"}
    assert "Acme GmbH" in rapport("search", "fischer").out
    assert rapport("search", "lena", who="ben").out.strip() == "Nothing found that you may see."
    assert [row["ref"] for row in rows(rapport("search", "L-1", "--json"))] == ["L-1"]


def test_a_record_by_its_name(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=ana)
        make_lead(ctx, "Marta Fischer", owner=ana)
    assert "Lena Fischer" in rapport("show", "lena").out
    several = rapport("show", "fischer")
    assert several.code == 1
    assert "L-1  Lena Fischer" in several.err
    assert "L-2  Marta Fischer" in several.err
    assert "names no record" in rapport("show", "lena", who="ben").err


def test_a_call_is_logged_with_all_that_follows(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena [bold]Fischer", owner=ana)
        make_objection(ctx, "Too expensive")
        # The command runs on the machine's clock, the tests on a clock that stands still.
    what = ("--outcome", "interested", "--objections", "too expensive, No time", "--notes", "Wants a pilot.")
    more = (
        "--duration",
        "12",
        "--direction",
        "inbound",
        "--next-step",
        "Send the deck",
        "--follow-up",
        "20.3.2099 15:00",
    )
    said = rapport("log-call", "l-1", *what, *more)
    assert said.code == 0, said.err
    assert said.out.strip() == (
        "Call logged on L-1 Lena [bold]Fischer. Status: qualified. Next follow-up: 2099-03-20 15:00."
    )
    with ctx_for() as ctx:
        call = ctx.session.scalars(select(Activity)).one()
        assert (call.outcome, call.duration_minutes, call.direction) == ("interested", 12, "inbound")
        assert (call.notes, call.next_step, call.owner_id) == ("Wants a pilot.", "Send the deck", ana.id)
        assert ctx.session.scalars(select(Lead.status)).one() is LeadStatus.QUALIFIED
        assert set(ctx.session.scalars(select(Objection.name))) >= {"Too expensive", "No time"}
        assert ctx.session.scalar(select(func.count()).select_from(ActivityObjection)) == 2
        changes = select(History.source, History.actor_id).where(History.operation == "call.log").distinct()
        assert ctx.session.execute(changes).all() == [("terminal", ana.id)]
        assert ctx.session.scalar(select(func.count()).select_from(Outbox)) != 0


def test_a_logged_call_for_programs(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_deal(ctx, "Arms", owner=ana)
    told = json.loads(rapport("log-call", "arms", "--outcome", "voicemail", "--json").out)
    assert (told["record"]["ref"], told["outcome"], told["status"]) == ("D-1", "voicemail", None)
    (call,) = rows(rapport("list", "calls", "--json"))
    assert call["id"] == told["activity_id"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--duration", "1441"), "--duration: This number is out of range."),
        (("--follow-up", "2001-01-01"), "--follow-up: Please choose today or a later day."),
        (("--follow-up", "soon"), "“soon” is no day"),
        (("--notes", "x" * 20_000), "--notes: This is too long"),
        (("--objections", "x" * 200), "--objections: This is too long"),
    ],
)
def test_what_cannot_be_logged_is_named_and_nothing_is_kept(
    rapport: Run, ctx_for: CtxFor, ana: Member, arguments: tuple[str, ...], words: str
) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, owner=ana)
    said = rapport("log-call", "L-1", "--outcome", "interested", *arguments)
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    with ctx_for() as ctx:
        assert ctx.session.scalars(select(Activity)).all() == []


def test_a_meeting_is_logged(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=ana)
    what = ("--subject", "Demo", "--outcome", "interested", "--objections", "No time")
    said = rapport("log-meeting", "lena", *what, "--when", "yesterday 3pm", "--follow-up", "2099-01-05")
    assert said.out.strip() == "Meeting logged on L-1 Lena Fischer. Status: qualified. Next follow-up: 2099-01-05."
    told = json.loads(rapport("log-meeting", "L-1", *what, "--json").out)
    assert (told["record"]["ref"], told["objections"]) == ("L-1", ["No time"])
    with ctx_for() as ctx:
        held, just_now = ctx.session.scalars(select(Activity).order_by(Activity.starts_at)).all()
        assert (held.subject, held.kind, held.starts_at.hour) == ("Demo", ActivityKind.MEETING, 15)
        assert just_now.done_at is not None
    refused = rapport("log-meeting", "L-1", *what, "--when", "2099-01-05 3pm")
    assert (refused.code, refused.err.startswith("--when: ")) == (1, True)
    assert rapport("log-meeting", "L-1", *what, who="ben").code == 1
    with ctx_for(ana) as ctx:
        lead = ctx.session.scalars(select(Lead)).one()
        lead.status, lead.deal_id = LeadStatus.CONVERTED, make_deal(ctx, "Acme rollout", owner=ana).id
    said = rapport("log-meeting", "L-1", *what, "--follow-up", "2099-01-06")
    assert said.out.strip() == "Meeting logged on D-1 Acme rollout. Next follow-up: 2099-01-06."


def test_who_may_not_change_a_record_logs_no_call_on_it(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_member(ctx, "Zoe Admin", role=Role.ADMIN)
        make_lead(ctx, "Lena Fischer", owner=ana)
    hidden = rapport("log-call", "L-1", "--outcome", "connected", who="ben")
    missing = rapport("log-call", "L-9", "--outcome", "connected", who="ben")
    assert (hidden.code, hidden.err) == (1, missing.err)
    assert "Lena" not in hidden.err
    assert rapport("log-call", "L-1", "--outcome", "connected", who="zoe").code == 0


def test_a_quote_has_no_calls(rapport: Run, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_quote(ctx, make_deal(ctx, owner=ana))
        ref = f"Q-{ctx.now.year}-0001"
    said = rapport("log-call", ref, "--outcome", "connected")
    assert said.code == 1
    assert "logged on leads" in said.err


@pytest.mark.parametrize("arguments", [("log-call", "L-1"), ("log-call", "L-1", "--outcome", "great"), ("search",)])
def test_options_that_are_wrong(rapport: Run, ana: Member, arguments: tuple[str, ...]) -> None:
    assert rapport(*arguments).code == 2


def test_as_a_process_of_its_own(workspace: Workspace, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena Fischer", owner=ana)
    where = ("--as", "ana", "--workspace", workspace.team_id)
    verbs = (("log-call", "lena", "--outcome", "meeting_booked", "--json"), ("show", "X"))
    done = [
        subprocess.run(
            [sys.executable, "-m", "cli.main", *verb, *where],
            capture_output=True,
            text=True,
            env=dict(os.environ),
            timeout=60,
            check=False,
        )
        for verb in verbs
    ]
    assert [one.returncode for one in done] == [0, 1], [one.stderr for one in done]
    assert json.loads(done[0].stdout)["status"] == "qualified"
    assert (done[1].stdout, "Traceback" in done[1].stderr) == ("", False)
    assert "names no record" in done[1].stderr

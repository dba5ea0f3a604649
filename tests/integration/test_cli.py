"""The `rapport` command against a real database: the same rights as in Slack, words for people, JSON for programs."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cli import console
from cli.main import main
from core.context import Workspace
from core.enums import Role
from core.models import Member
from sandbox.defaults import fresh_team
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.conftest import CtxFor
from tests.factories import make_deal, make_lead, make_member
from web.manifest import SCOPES, manifest


@dataclass(frozen=True)
class Result:
    """What a run of the command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def rapport(owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `rapport …` in this process, on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", owner_url)
    # The console asked for the width when it was imported, perhaps by another test.
    monkeypatch.setattr(console.OUT, "width", 200)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "ENCRYPTION_KEYS", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["rapport", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


def test_a_list_for_people_and_for_programs(rapport: Run, workspace: Workspace, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Lena [bold]Fischer", company="Acme GmbH", owner=ana)
    shown = rapport("list", "leads", "--as", "ana", "--workspace", workspace.team_id)
    assert shown.code == 0
    assert "Lena [bold]Fischer" in shown.out
    assert "Ana Silva" in shown.out
    told = rapport("list", "leads", "--as", "Ana Silva", "--json", "--workspace", workspace.team_id)
    rows = json.loads(told.out)["rows"]
    assert [(row["name"], row["company"], row["owner"]) for row in rows] == [
        ("Lena [bold]Fischer", "Acme GmbH", ana.slack_user_id)
    ]


def test_pages(rapport: Run, workspace: Workspace, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        for number in range(12):
            make_deal(ctx, f"Deal {number}", owner=ana)
    where = ("--as", "ana", "--workspace", workspace.team_id, "--json")
    first = json.loads(rapport("list", "deals", *where).out)
    second = json.loads(rapport("list", "deals", "--page", "2", *where).out)
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert len({row["ref"] for row in first["rows"] + second["rows"]}) == 12


def test_a_record_is_shown_to_who_may_see_it(rapport: Run, workspace: Workspace, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_member(ctx, "Ben Okafor")
        make_lead(ctx, "Lena Fischer", owner=ana)
    shown = rapport("show", "l-1", "--as", ana.slack_user_id, "--workspace", workspace.team_id)
    assert "Lena Fischer" in shown.out
    refused = rapport("show", "L-1", "--as", "ben", "--workspace", workspace.team_id)
    missing = rapport("show", "L-2", "--as", "ben", "--workspace", workspace.team_id)
    assert (refused.code, refused.out, refused.err) == (1, "", missing.err)
    assert "cannot find" in refused.err


def test_who_asks_has_to_be_clear(rapport: Run, workspace: Workspace, ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        make_member(ctx, "Zoe", role=Role.ADMIN)
    result = rapport("list", "leads", "--workspace", workspace.team_id)
    assert result.code == 1
    assert "--as" in result.err
    assert ana.slack_user_id in result.err


def test_the_only_admin_asks_by_default(rapport: Run, workspace: Workspace) -> None:
    result = rapport("list", "deals", "--workspace", workspace.team_id)
    assert (result.code, result.out.strip()) == (0, "No deals here.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "cats"), "There is no list of cats"),
        (("show", "sofa"), "names no record"),
        (("list", "leads", "--workspace", "T0NOWHERE"), "There is no workspace T0NOWHERE"),
        (("manifest", "--url", "http://plain.example"), "https://"),
        (("worker", "--at", "2026-03-16T09:00:00+00:00"), "--once"),
        (("worker", "--once", "--at", "tomorrow"), "is no time"),
        (("worker", "--once", "--at", "2026-03-16T09:00:00"), "needs a time zone"),
    ],
)
def test_what_cannot_be_done_is_said(
    rapport: Run, workspace: Workspace, arguments: tuple[str, ...], words: str
) -> None:
    if arguments[0] in ("list", "show") and "--workspace" not in arguments:
        arguments = (*arguments, "--workspace", workspace.team_id)
    result = rapport(*arguments)
    assert result.code == 1
    assert words in result.err


def test_settings_that_cannot_be_used_are_named(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    result = rapport("web")
    assert result.code == 2
    assert "PORT" in result.err


def test_web_does_not_start_without_a_signing_secret(rapport: Run) -> None:
    result = rapport("web")
    assert result.code == 2
    assert "SLACK_SIGNING_SECRET" in result.err


def test_migrating_twice_is_no_harm(rapport: Run) -> None:
    assert rapport("migrate").code == 0


def test_the_doctor_finds_all_well(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    team = sandbox.add_team(fresh_team(manifest()))
    with SandboxServer(sandbox) as server:
        monkeypatch.setenv("SLACK_API_URL", server.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", team.app.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", team.app.app_token)
        result = rapport("doctor")
    assert result.code == 0, result.out
    assert team.name in result.out
    assert "a connection can be opened" in result.out


def test_the_doctor_says_what_to_fix(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    team = sandbox.add_team(fresh_team(manifest(), scopes=[one for one in SCOPES if one != "im:history"]))
    with SandboxServer(sandbox) as server:
        monkeypatch.setenv("SLACK_API_URL", server.api_url)
        monkeypatch.setenv("SLACK_BOT_TOKEN", team.app.bot_token)
        monkeypatch.setenv("ENCRYPTION_KEYS", "short")
        result = rapport("doctor")
    assert result.code == 1
    for words in ("missing: im:history", "SLACK_SIGNING_SECRET", "Fernet.generate_key", "PUBLIC_URL"):
        assert words in result.out


def test_the_doctor_without_a_database(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:1/none")
    result = rapport("doctor")
    assert result.code == 1
    assert "Is the server up" in result.out
    assert "hidden" not in result.out

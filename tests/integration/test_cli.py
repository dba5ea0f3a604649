"""The `rapport` command against a real database: the same rights as in Slack, words for people, JSON for programs."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cli import console
from cli.main import main
from core.context import SystemClock, Workspace
from core.db import Database
from core.emails import drafts
from core.emails.drafts import EmailInput
from core.enums import Role
from core.models import Member
from sandbox.defaults import fresh_team
from sandbox.driver import Mailbox
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.conftest import CtxFor
from tests.factories import FixedClock, ctx_as, make_deal, make_lead, make_member, make_workspace
from web.manifest import SCOPES, manifest


@dataclass(frozen=True)
class Result:
    """What a run of the command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]
UNSET = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "ENCRYPTION_KEYS",
    "PUBLIC_URL",
    "SECRET_KEY",
    "SENDGRID_API_KEY",
    "SENDGRID_API_URL",
    "SENDGRID_EVENTS_PUBLIC_KEY",
    "SENDGRID_INBOUND_PUBLIC_KEY",
    "MAIL_FROM",
    "INBOUND_DOMAIN",
)
SECRET = "a secret of the tests that is long enough"


@pytest.fixture
def rapport(owner_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `rapport …` in this process, on the tests' database."""
    monkeypatch.setenv("DATABASE_URL", owner_url)
    # The console asked for the width when it was imported, perhaps by another test.
    monkeypatch.setattr(console.OUT, "width", 200)
    for name in UNSET:
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAIL_FROM", "Sales <sales@acme.example>"),
        ("MAIL_FROM", "acme.example"),
        ("INBOUND_DOMAIN", "https://in.acme.example"),
        ("INBOUND_DOMAIN", "r@in.acme.example"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "long enough for a secret,"),
    ],
)
def test_settings_of_mail_that_cannot_be_used_are_named(
    rapport: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = rapport("worker", "--once")
    assert result.code == 2
    assert name in result.err


def test_no_mail_leaves_that_nobody_could_unsubscribe_from(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.key")
    result = rapport("worker", "--once")
    assert result.code == 2
    assert "PUBLIC_URL is not set" in result.err
    assert "SECRET_KEY is not set" in result.err


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


def mail_of(monkeypatch: pytest.MonkeyPatch, server: SandboxServer, **changes: str) -> None:
    """The environment of an installation that sends mail."""
    signer = server.sandbox.mail.poster.events_signer
    settings = {
        "SENDGRID_API_KEY": server.sandbox.mail.account.api_key,
        "SENDGRID_API_URL": server.url,
        "SENDGRID_EVENTS_PUBLIC_KEY": signer.public_key,
        "SENDGRID_INBOUND_PUBLIC_KEY": signer.public_key,
        "MAIL_FROM": "Sales@Acme.example",
        "INBOUND_DOMAIN": "in.acme.example",
        "PUBLIC_URL": "https://crm.acme.example",
        "SECRET_KEY": SECRET,
    }
    for name, value in (settings | changes).items():
        monkeypatch.setenv(name, value)


def test_the_doctor_looks_at_mail(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with SandboxServer(Sandbox()) as server:
        mail_of(monkeypatch, server)
        result = rapport("doctor")
    for words in (
        "the key may send mail",
        "https://crm.acme.example/u/…",
        "sales@acme.example",
        "in.acme.example",
        "its signatures can be verified",
    ):
        assert words in result.out
    assert server.sandbox.mail.account.api_key not in result.out
    assert SECRET not in result.out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SENDGRID_API_KEY": "SG.wrong"}, "SendGrid does not accept the API key"),
        ({"SENDGRID_API_URL": "http://127.0.0.1:1"}, "SendGrid could not be reached"),
        ({"SECRET_KEY": ""}, "SECRET_KEY not set"),
        ({"SECRET_KEY": "", "PUBLIC_URL": ""}, "SECRET_KEY and PUBLIC_URL not set"),
        ({"SENDGRID_EVENTS_PUBLIC_KEY": "nonsense"}, "SENDGRID_EVENTS_PUBLIC_KEY is not a public key"),
        ({"MAIL_FROM": ""}, "authenticated at SendGrid"),
        ({"INBOUND_DOMAIN": ""}, "INBOUND_DOMAIN"),
        ({"SENDGRID_INBOUND_PUBLIC_KEY": ""}, "SENDGRID_INBOUND_PUBLIC_KEY"),
    ],
)
def test_the_doctor_says_what_is_wrong_with_mail(
    rapport: Run, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], words: str
) -> None:
    with SandboxServer(Sandbox()) as server:
        mail_of(monkeypatch, server, **changes)
        result = rapport("doctor")
    assert words in result.out


def test_the_doctor_asks_for_a_key_that_may_send(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    sandbox.mail.account.scopes = ("stats.read",)
    with SandboxServer(sandbox) as server:
        mail_of(monkeypatch, server)
        assert "the key may not send mail" in rapport("doctor").out


def test_the_doctor_without_a_database(rapport: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:1/none")
    result = rapport("doctor")
    assert result.code == 1
    assert "Is the server up" in result.out
    assert "hidden" not in result.out


def test_a_worker_that_is_run_once_sends_what_was_just_written(
    rapport: Run, monkeypatch: pytest.MonkeyPatch, own_url: str, own_database: Database
) -> None:
    clock = FixedClock(SystemClock().now())
    workspace = make_workspace(own_database, clock)
    with ctx_as(own_database, clock, workspace.id, None) as ctx:
        ana = make_member(ctx, "Ana Silva")
        lead = make_lead(ctx, owner=ana, email="lena@acme.example")
    with ctx_as(own_database, clock, workspace.id, ana.id) as ctx:
        drafts.send(ctx, "lead", lead.id, EmailInput("Hello", "Hi {{first_name}}"))
    with SandboxServer(Sandbox()) as server:
        mail_of(monkeypatch, server)
        monkeypatch.setenv("DATABASE_URL", own_url)
        assert rapport("worker", "--once").code == 0
        (mail,) = Mailbox(server.sandbox.mail).mails("lena@acme.example")
    assert (mail.subject, mail.header("From")) == ("Hello", "Ana Silva <sales@acme.example>")
    assert mail.header("List-Unsubscribe").startswith("<https://crm.acme.example/u/")

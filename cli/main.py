"""The `rapport` command: the processes of the product, and its daily verbs for the terminal."""

import gc
import sys
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from cli.console import ERR, OUT, Stop
from core.enums import CallOutcome, Direction
from core.errors import DomainError
from core.settings import Settings, SettingsError, load_settings

app = typer.Typer(
    help="Rapport: the CRM that lives in Slack.",
    epilog="Exit codes: 0 done, 1 cannot be done (standard error says why), 2 wrong options or settings.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
As = Annotated[str, typer.Option("--as", help="Who asks: a Slack user id or a name. Default: the only admin.")]
Team = Annotated[str, typer.Option("--workspace", help="Slack's team id, where there are several workspaces.")]


def main() -> None:
    """Entry point. What went wrong is said in a sentence: exit code 2 for the environment, 1 for all else."""
    # A fifth of a start is looking for garbage among modules, which stay; what runs for long turns it on (core.memory).
    gc.disable()
    try:
        app()
    except SettingsError as error:
        ERR.print(f"Rapport cannot start with these settings:\n{error}", markup=False)
        sys.exit(2)
    except Stop as error:
        ERR.print(str(error), markup=False, soft_wrap=True)
        sys.exit(1)
    except DomainError as error:
        from cli.words import in_words  # only where something went wrong

        ERR.print(in_words(error), markup=False, soft_wrap=True)
        sys.exit(1)


def _started() -> Settings:
    """Settings read and logs set up: how every process begins."""
    from web.logs import configure_logs  # `rapport list` has no log

    settings = load_settings()
    configure_logs()
    return settings


# Imports inside the commands: `rapport list` is to answer at once, and needs neither gunicorn nor the simulator.


@app.command()
def web() -> None:
    """Serve Slack over HTTP, with health and metrics, until SIGTERM."""
    from web.serve import serve

    serve(_started())


@app.command()
def socket() -> None:
    """Serve Slack over Socket Mode, where Slack cannot reach this machine, until SIGTERM."""
    from cli.processes import run_socket

    run_socket(_started())


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due, then exit.")] = False,
    at: Annotated[str, typer.Option("--at", help="With --once: what is due at this time (ISO 8601).")] = "",
) -> None:
    """Send what is to be sent and keep the database tidy, until SIGTERM."""
    from cli.processes import run_worker

    run_worker(_started(), once=once, at=_moment(at))


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f"“{text}” is no time. Example: 2026-03-16T09:00:00+01:00") from None
    if moment.tzinfo is None:
        raise Stop(f"“{text}” needs a time zone. Example: {text}+00:00")
    return moment


@app.command()
def migrate() -> None:
    """Bring the database to the tables of this version; does nothing where it has them."""
    from cli.processes import run_migrations

    OUT.print(run_migrations(load_settings()))


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the data of earlier demos first.")] = False,
) -> None:
    """The whole product with sample data and a Slack of its own, at one address. Ctrl-C stops all of it."""
    from cli.demo import run_demo

    run_demo(fresh=fresh)


@app.command()
def doctor() -> None:
    """Check settings, database and Slack, and say what to fix. Exit code 1 where there is a problem."""
    from cli.doctor import examine, report

    if not report(examine(load_settings())):
        sys.exit(1)


@app.command()
def manifest(
    url: Annotated[str, typer.Option("--url", help="Where Slack reaches `rapport web`. Without: Socket Mode.")] = "",
) -> None:
    """Print the manifest to make the Slack app from."""
    from web.manifest import as_yaml, manifest

    if url and not url.startswith("https://"):
        raise Stop("Slack needs an address that begins with https://")
    print(as_yaml(manifest(url)), end="")


@app.command("list")
def list_(
    name: Annotated[str, typer.Argument(help="leads, deals, calls or quotes")],
    words: Annotated[list[str] | None, typer.Argument(help="What to list, as in Slack: mine due, @ben, acme.")] = None,
    *,
    page: Annotated[int, typer.Option("--page", min=1)] = 1,
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """List leads, deals, calls or quotes; words narrow the list down.

    The words are those of `/lead list`, `/deal list` and `/quote list`; without any, the list is your own. Calls: all
    you may see, `mine`, those that ended so (`interested`), or those about records that fit the words.
    """
    from cli.acting import acting
    from cli.records import show_list

    with acting(load_settings(), workspace, member) as ctx:
        show_list(ctx, name, words=words or (), page=page, as_json=as_json)


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="L-42, A-7, C-19, D-7, Q-2026-0007, or words of a name")],
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """Show a record with its last activities."""
    from cli.acting import acting
    from cli.records import show_record

    with acting(load_settings(), workspace, member) as ctx:
        show_record(ctx, ref, as_json=as_json)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="A name, company, mail address, phone number or reference.")],
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """Search all records you may see, best first."""
    from cli.acting import acting
    from cli.records import show_hits

    with acting(load_settings(), workspace, member) as ctx:
        show_hits(ctx, " ".join(words), as_json=as_json)


@app.command()
def report(
    what: Annotated[str, typer.Argument(help="week or targets")] = "week",
    when: Annotated[str, typer.Argument(help="Weeks ago, or the month of the targets: 2026-12, december, next.")] = "",
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the week as CSV, as Slack sends it.")] = False,
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """Show a week's mails, calls, leads and deals, or a month's targets and how far they are."""
    from cli.acting import acting
    from cli.reports import show_targets, show_week

    if what not in ("week", "targets"):
        raise Stop(f"There is no report of {what}. There are: week, targets.")
    if what == "targets" and as_csv:
        raise Stop("Only the week is printed as CSV.")
    with acting(load_settings(), workspace, member) as ctx:
        if what == "targets":
            show_targets(ctx, when, as_json=as_json)
        else:
            show_week(ctx, when or "0", as_json=as_json, as_csv=as_csv)


Subject = Annotated[str, typer.Argument(help="L-42, A-7, C-19 or D-7, or words of a name")]
Outcome = Annotated[CallOutcome, typer.Option("--outcome", help="How it ended.")]
Objections = Annotated[
    list[str] | None, typer.Option("--objections", help="What was said against it, commas in between.")
]
Notes = Annotated[str, typer.Option("--notes", help="What was said.")]
Minutes = Annotated[int | None, typer.Option("--duration", help="Minutes.")]
NextStep = Annotated[str, typer.Option("--next-step", help="What comes next.")]
FollowUp = Annotated[
    str, typer.Option("--follow-up", help="When to come back to it: friday, “tomorrow 3pm”, 2026-03-20.")
]


@app.command("log-call")
def log_call_(
    ref: Subject,
    *,
    outcome: Outcome,
    objections: Objections = None,
    notes: Notes = "",
    duration: Minutes = None,
    direction: Annotated[Direction, typer.Option("--direction", help="Who called.")] = Direction.OUTBOUND,
    next_step: NextStep = "",
    follow_up: FollowUp = "",
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """Log a call that just took place, with what follows from it: status, next step and follow-up."""
    from cli.acting import acting
    from cli.calls import log_call, objections_from, print_logged, when_from
    from cli.records import record_named
    from core.activities import CallInput

    values = CallInput(
        direction=direction,
        outcome=outcome,
        duration_minutes=duration,
        objections=objections_from(objections or ()),
        notes=notes,
        next_step=next_step,
    )
    with acting(load_settings(), workspace, member) as ctx:
        when = when_from(ctx, follow_up)
        if when is not None:
            values = replace(values, next_follow_up=when.day, next_follow_up_at=when.at)
        logged = log_call(ctx, record_named(ctx, ref), values)
    print_logged("Call", logged, as_json=as_json)


@app.command("log-meeting")
def log_meeting_(
    ref: Subject,
    *,
    subject: Annotated[str, typer.Option("--subject", help="What it was about.")],
    outcome: Outcome,
    when: Annotated[str, typer.Option("--when", help="When it began: “yesterday 3pm”. Without: now.")] = "",
    objections: Objections = None,
    notes: Notes = "",
    duration: Minutes = None,
    next_step: NextStep = "",
    follow_up: FollowUp = "",
    as_json: Json = False,
    member: As = "",
    workspace: Team = "",
) -> None:
    """Log a meeting that took place, with what follows from it, as after a call."""
    from cli.acting import acting
    from cli.calls import log_meeting, objections_from, print_logged, when_from
    from cli.records import record_named
    from core.activities import TalkInput

    talk = TalkInput(
        outcome=outcome,
        duration_minutes=duration,
        objections=objections_from(objections or ()),
        notes=notes,
        next_step=next_step,
    )
    with acting(load_settings(), workspace, member) as ctx:
        next_day = when_from(ctx, follow_up)
        if next_day is not None:
            talk = replace(talk, next_follow_up=next_day.day, next_follow_up_at=next_day.at)
        logged = log_meeting(ctx, record_named(ctx, ref), subject, when_from(ctx, when), talk)
    print_logged("Meeting", logged, as_json=as_json)


if __name__ == "__main__":
    main()

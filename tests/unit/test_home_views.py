"""App Home, help and welcome as they are painted."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bot.commands import Commands, Subcommand, nearly
from bot.replies import Nothing
from bot.routes import UndoOnHome
from bot.views import kit
from bot.views.help import Help, help_message, short_help, welcome
from bot.views.home import home
from core.away import OPEN, Absent
from core.enums import EntityType, StageKind
from core.i18n import Viewer
from core.queries.activities import DueItem
from core.queries.day import JustDone, TaskItem
from core.queries.deals import DealRow
from core.queries.home import DeadLetter, HomeData, StoodFor
from core.queries.mornings import MorningLine, Waiting, What
from core.queries.pipeline import StageLine, Sum
from core.queries.records import Hit, Page
from tests.golden import assert_golden

TODAY = date(2026, 3, 16)
VIEWER = Viewer("en_US", "Europe/Berlin")
HOSTILE = "<!channel> *x* <https://evil|ok> & `code`"


def uid(number: int) -> UUID:
    return UUID(int=number)


def follow_up(number: int, days: int, name: str = "Ana Silva", entity: EntityType = EntityType.LEAD) -> DueItem:
    return DueItem(
        entity=entity,
        id=uid(number),
        ref=f"L-{number}",
        name=name,
        detail="Acme GmbH",
        day=TODAY + timedelta(days=days),
        today=TODAY,
    )


def deal(number: int, stage: str = "Proposal", name: str = "Rollout", close: int | None = None) -> DealRow:
    return DealRow(
        id=uid(100 + number),
        ref=f"D-{number}",
        name=name,
        account="Acme GmbH",
        stage=stage,
        stage_kind=StageKind.OPEN,
        days_in_stage=number,
        value=Decimal("12500.50") if number % 2 else None,
        currency="EUR",
        owner="U1",
        expected_close=None if close is None else TODAY + timedelta(days=close),
        today=TODAY,
    )


def data(**over: object) -> HomeData:
    empty = HomeData(name="Ana", today=TODAY, is_new=False, due=Page(), deals=Page())
    return replace(empty, **over)


def test_an_ordinary_morning() -> None:
    due = Page((follow_up(1, -3), follow_up(2, 0, "Ben Okafor", EntityType.DEAL)))
    deals = Page((deal(1, "Qualified", close=-2), deal(2, "Qualified"), deal(3, "Proposal", close=5)))
    assert_golden("home/ordinary", home(data(due=due, deals=deals), VIEWER))


def test_pages_of_both_lists_keep_the_other_ones_page() -> None:
    shown = home(data(due=Page((follow_up(1, 0),), 1, True), deals=Page((deal(1),), 2, True)), VIEWER)
    assert_golden("home/middle_pages", shown)


def task(number: int, days: int, subject: str = "Send the deck", owner: str = "") -> TaskItem:
    record = Hit(EntityType.DEAL, uid(number), f"D-{number}", "Rollout")
    return TaskItem(uid(500 + number), subject, record, TODAY + timedelta(days=days), TODAY, owner)


def test_a_managers_team() -> None:
    due = Page((replace(follow_up(1, -3), owner="U7"),))
    total = Sum("EUR", 2, 0, Decimal(25000), Decimal(9000))
    shown = home(
        data(
            due=due,
            tasks=Page((task(1, -1, owner="U8"), task(2, 0, owner="U7"))),
            deals=Page((deal(1),)),
            totals=(total,),
            stages=(StageLine(uid(1), "Proposal", 40, (total,)),),
            recent=(Hit(EntityType.DEAL, uid(1), "D-1", "Rollout"),),
            team=True,
            has_team=True,
        ),
        VIEWER,
    )
    assert_golden("home/team", shown)


def test_a_day_with_tasks_and_records_worked_on() -> None:
    recent = (Hit(EntityType.LEAD, uid(4), "L-4", "Zoe Lima", "Lima Lda"),)
    shown = home(data(tasks=Page((task(1, -1), task(2, 0))), recent=recent), VIEWER)
    assert_golden("home/tasks_and_recent", shown)


def test_nothing_waits() -> None:
    assert_golden("home/nothing_waits", home(data(), VIEWER))


def test_the_first_time() -> None:
    assert_golden("home/first_time", home(data(is_new=True), VIEWER))


def letters(count: int) -> tuple[DeadLetter, ...]:
    record = Hit(EntityType.DEAL, uid(7), "D-7", HOSTILE)
    reason = "Rapport is not in the channel. Invite it there with /invite @Rapport."
    return tuple(DeadLetter(uid(900 + n), "card.post", "C042", record, reason) for n in range(count))


def test_an_admin_sees_what_could_not_be_sent_even_on_the_first_day() -> None:
    odd = DeadLetter(uid(950), "from.the.future", "U7", None, "")
    win = replace(letters(1)[0], purpose="won")
    assert_golden("home/dead_letters", home(data(is_new=True, dead=(*letters(1), win, odd), more_dead=True), VIEWER))


def stood_for(name: str, until: date = TODAY + timedelta(days=2)) -> StoodFor:
    lead = MorningLine(
        Waiting(What.FOLLOW_UP, "lead", uid(1), TODAY - timedelta(days=3), time(9)),
        name,
        "Acme GmbH",
        Hit(EntityType.LEAD, uid(1), "L-1", name),
        done=False,
        owner="U7",
    )
    task = MorningLine(Waiting(What.TASK, "activity", uid(2), TODAY), name, "", None, done=False, owner="U7")
    return StoodFor(Absent(uid(70), "U7", name, until), (lead, task) * 2, 6)


def test_whom_one_stands_in_for() -> None:
    nothing = StoodFor(Absent(uid(71), "U8", "Ben Okafor", OPEN))
    assert_golden("home/stands_in", home(data(stood_for=(stood_for("Zoe Lima"), nothing)), VIEWER))


def test_what_was_just_done_can_be_taken_back() -> None:
    put_off = home(data(done=JustDone(uid(9), "D-7", HOSTILE, TODAY + timedelta(days=1))), VIEWER)
    said = next(block for block in put_off.blocks if "Put off" in str(block))
    assert "<!channel>" not in str(said["text"])
    assert UndoOnHome(uid(9)).pack() in str(said["accessory"])
    done = home(data(done=JustDone(uid(9), "", "Send the deck", None)), VIEWER)
    assert "Done: Send the deck." in str(done.blocks)


def test_hostile_names_do_nothing_and_the_fullest_home_fits() -> None:
    due = Page(tuple(follow_up(n, -n, HOSTILE) for n in range(1, 9)), 1, True)
    deals = Page(tuple(deal(n, f"{HOSTILE} {n}", HOSTILE * 200, close=n) for n in range(1, 9)), 1, True)
    tasks = Page(tuple(task(n, -n, HOSTILE * 50) for n in range(1, 9)), 1, True)
    sums = tuple(Sum(currency, 3, 1, Decimal(12000), Decimal(4000)) for currency in ("EUR", "USD", "GBP"))
    full = home(
        data(
            due=due,
            deals=deals,
            tasks=tasks,
            totals=sums,
            stages=tuple(StageLine(uid(n), HOSTILE * 9, 50, sums) for n in range(20)),
            recent=tuple(Hit(EntityType.DEAL, uid(n), f"D-{n}", HOSTILE * 50, HOSTILE) for n in range(5)),
            has_team=True,
            dead=letters(5),
            more_dead=True,
            stood_for=(stood_for(HOSTILE * 50),) * 2,
            done=JustDone(uid(9), "D-7", HOSTILE * 50, TODAY),
        ),
        VIEWER,
    )
    assert_golden("home/full_hostile", full)
    assert len(full.blocks) <= kit.VIEW_BLOCKS_MAX


def commands() -> Commands:
    table = Commands()
    for command, word, arguments, summary in (
        ("crm", "help", "", "Show what is possible"),
        ("lead", "", "", "Show this help"),
        ("lead", "help", "", "Show what is possible"),
        ("lead", "list", "[mine|unassigned|STATUS|due|WORDS]", "List leads"),
        ("lead", "view", "REF", "Show a lead"),
        ("lead", "new", "[free text]", "Create a lead"),
        ("pipeline", "", "", "Open deals by stage"),
        ("deal", "move", "REF STAGE", "Move a deal to a stage"),
    ):
        table.add(Subcommand(command, word, arguments, summary, lambda ctx, call: Nothing()))
    return table


def test_all_commands_by_topic() -> None:
    assert_golden("help/all", help_message(Help(list(commands())), VIEWER))


def test_what_one_needs_first_comes_first_and_help_last() -> None:
    (_, leads, *_) = help_message(Help(commands().of("lead")), VIEWER).blocks
    words = re.findall(r"`/lead (\w+)", str(leads))
    assert words == ["new", "view", "list", "help"]
    assert "[mine|unassigned|STATUS|due|WORDS]" in str(leads), "its own help says what a command takes"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mvoe", "move"), ("lgo", "log"), ("lists", "list"), ("asign", "assign"), ("hello", ""), ("brücke", "")],
)
def test_a_letter_may_be_wrong_and_no_more(typed: str, meant: str) -> None:
    assert nearly(typed, ["move", "log", "list", "assign", "help", "back"]) == meant


def test_of_two_words_as_near_the_one_with_more_in_common_is_meant() -> None:
    assert nearly("vew", ["new", "view"]) == nearly("vew", ["view", "new"]) == "view"


def test_a_misspelt_word_names_the_nearest() -> None:
    table = commands()
    shown = Help(table.of("lead"), "nwe Ana", table.nearest("lead", "nwe Ana"))
    assert_golden("help/did_you_mean", help_message(shown, VIEWER))


def test_a_hostile_word_is_only_repeated() -> None:
    assert_golden("help/unknown_hostile", help_message(Help(commands().of("lead"), HOSTILE * 100), VIEWER))


@pytest.mark.parametrize("installer", [True, False])
def test_welcome(installer: bool) -> None:
    assert_golden(f"help/welcome_{'installer' if installer else 'member'}", welcome(VIEWER, installer=installer))


def test_somebody_writes_to_rapport() -> None:
    assert_golden("help/written_to", short_help(VIEWER))

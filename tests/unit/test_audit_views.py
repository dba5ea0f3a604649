"""The audit and the notification settings as they are painted."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.views import kit
from bot.views.audit import exporting, page
from bot.views.notices import NoticeSettings, kept_message, saved, settings_modal
from core.enums import NoticeMode
from core.i18n import Viewer
from core.models.schedules import WEEKDAYS
from core.notices import Mornings, NoticeKind
from core.queries.audit import AuditLine, AuditPage
from core.queries.history import Amount, FieldChange, Word
from core.queries.kept import Kept, KeptNotice
from core.queries.records import Page
from notifications.exports import safe
from tests.golden import assert_golden
from tests.unit.test_lead_views import BARE

VIEWER = Viewer("en_US", "Europe/Berlin")
HOSTILE = "<!channel> *x* <https://evil|ok> & `code`"
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


def line(number: int, **over: object) -> AuditLine:
    values: dict[str, object] = {
        "id": UUID(int=number),
        "change_id": UUID(int=100 + number),
        "at": AT,
        "who": "Ana Silva",
        "entity": "deal",
        "ref": f"D-{number}",
        "name": "Rollout",
        "operation": "deal.move",
        "action": "update",
        "source": "/deal move",
        "fields": (
            FieldChange("stage_id", "Proposal", "Negotiation"),
            FieldChange("value", None, Amount(Decimal(12_000), "EUR")),
        ),
        "takes_back": False,
    }
    return AuditLine(**(values | over))  # type: ignore[arg-type]  # fields by name


def test_a_page_of_the_audit() -> None:
    rows = (
        line(1),
        line(2, who="", entity="workspace", ref="", name="", operation="settings.channels", source="worker"),
        line(3, takes_back=True, action="archive", fields=(), entity="stage", ref="", name="Proposal"),
    )
    assert_golden("audit/page", page(AuditPage("<@U1|ana> stage", Page(rows, 1, True)), VIEWER))


def test_the_fullest_page_is_harmless_and_fits() -> None:
    fields = tuple(FieldChange("notes", HOSTILE * 100, Word("new")) for _ in range(9))
    rows = tuple(line(n, who=HOSTILE * 9, name=HOSTILE * 50, fields=fields) for n in range(8))
    shown = page(AuditPage(HOSTILE * 7, Page(rows, 0, True)), VIEWER)
    assert_golden("audit/full_hostile", shown)
    assert len(shown.blocks) <= kit.MESSAGE_BLOCKS_MAX


def test_nothing_fits_and_a_word_nobody_knows() -> None:
    assert_golden("audit/nothing", page(AuditPage("D-9", Page()), VIEWER))
    assert_golden("audit/unknown", page(AuditPage(HOSTILE, Page(), HOSTILE), VIEWER))
    assert_golden("audit/exporting", exporting(VIEWER))


def test_no_cell_is_a_formula() -> None:
    assert [safe(cell) for cell in ("=1", "+1", "-1", "@a", "\tx", "\rx", "a=1", "")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "'\tx",
        "'\rx",
        "a=1",
        "",
    ]


def test_notification_settings() -> None:
    comes = Mornings(ZoneInfo("Europe/Berlin"), time(8, 30), WEEKDAYS)
    mine = NoticeSettings("U1", "", {NoticeKind.ASSIGNED: NoticeMode.MORNING}, may_choose=True, mornings=comes)
    channel = {NoticeKind.WON: NoticeMode.INSTANT, NoticeKind.SHARED: NoticeMode.OFF}
    assert_golden("notices/mine", settings_modal(mine, VIEWER))
    assert_golden(
        "notices/channel", settings_modal(NoticeSettings("C1", "C1", channel, may_choose=True, mornings=comes), VIEWER)
    )
    assert_golden(
        "notices/read_only",
        settings_modal(NoticeSettings("C1", "C1", channel, may_choose=False, mornings=comes), VIEWER),
    )
    assert_golden("notices/saved", saved("C1", channel, VIEWER))


def kept(shown: int, more: int = 0) -> Kept:
    """So many leads that were given away, and so many that are only counted."""
    ids = [UUID(int=n) for n in range(1, shown + more + 1)]
    leads = [replace(BARE, id=one, ref=f"L-{one.int}") for one in ids[:shown]]
    notices = tuple(KeptNotice(lead.id, NoticeKind.ASSIGNED, "lead", lead.id, lead) for lead in leads)
    return Kept(notices, tuple(ids[shown:]))


def test_a_morning_message_names_what_it_leaves_out() -> None:
    assert_golden("notices/morning", kept_message("U1", kept(20, more=3), VIEWER))
    assert_golden("notices/morning_channel", kept_message("C1", kept(1), VIEWER))

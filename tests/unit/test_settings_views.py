"""The settings as Slack shows them."""

from decimal import Decimal
from uuid import UUID

import pytest

from bot.replies import Choice, Modal
from bot.routes import MoreFields, SavePipeline, SaveProduct, SaveStage, SaveWord, Section
from bot.views import deal_forms, kit
from bot.views import settings as views
from bot.views import settings_lists as lists
from bot.views import settings_people as people
from bot.views import settings_pipelines as pipelines
from bot.views.forms import Form, Select, Text
from bot.views.settings import Done, Meanwhile, Shown
from core.administration.removal import Moved
from core.administration.words import WordList
from core.enums import EntityType, Role, StageKind, Visibility
from core.i18n import Viewer
from core.queries.administration import MemberDetails, MemberRow, ProductItem, WordRow, WorkspaceSettings
from core.queries.history import FieldChange
from core.queries.pipeline_settings import (
    PipelineRemoval,
    PipelineRow,
    PipelineStages,
    PipelineWay,
    StageItem,
    StageRemoval,
)
from core.queries.records import Page
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
HOSTILE = "<!channel> *x* <https://evil|ok>"
LONG = HOSTILE + " long" * 1000
SEEN = UUID(int=77)


def an_id(number: int) -> UUID:
    """A fixed id, so that golden files stay the same."""
    return UUID(int=number)


WORKSPACE = WorkspaceSettings("C0SALES", "", "C0DIGEST", "EUR", "DE", "de_DE", Visibility.TEAM, SEEN)
ANA = MemberRow(an_id(1), "U0ANA", "Ana Costa", Role.REP, "U0MIRA", active=True)
MIRA = MemberRow(an_id(2), "U0MIRA", HOSTILE, Role.MANAGER, "", active=True)
GONE = MemberRow(an_id(3), "U0GONE", "Gone", Role.REP, "", active=False)
OPEN = ((EntityType.LEAD, 1), (EntityType.DEAL, 3), (EntityType.ACCOUNT, 0), (EntityType.CONTACT, 2))
STAGES = (
    StageItem(an_id(11), "Lead in", StageKind.OPEN, 10, 14, (), 3),
    StageItem(an_id(12), HOSTILE, StageKind.OPEN, 50, None, ("value", "next_step"), 1),
    StageItem(an_id(13), "Won", StageKind.WON, 100, None, ("expected_close",), 0),
    StageItem(an_id(14), "Lost", StageKind.LOST, 0, None, (), 0),
)
SALES = PipelineStages(an_id(10), "Sales", STAGES, SEEN)
DONE = Done("Stage Lead in saved.", an_id(99))
OTTO = Meanwhile("Otto <b>", (FieldChange("name", "Proposal", HOSTILE),))
FRESH = Shown(None, "abc")
LICENCE = ProductItem(an_id(31), HOSTILE, "A-1", Decimal("99.5"), "EUR", Decimal(19), active=True)
OLD = ProductItem(an_id(32), "Old", "", Decimal(0), "USD", Decimal(0), active=False)
VALUES = {"currency": "EUR", "country": "DE", "locale": "de_DE"}
CHANNELS = {"sales_channel": "C0SALES", "digest_channel": "C0DIGEST"}
STAGE = {"name": "Lead in", "probability": 10, "stale_days": 14, "required_fields": ("value",)}
TARGETS = (("Sales", ((an_id(12), HOSTILE),)), (LONG[:60], ((an_id(15), "Talking"),)))
PIPELINE_REMOVAL = PipelineRemoval(
    an_id(10),
    HOSTILE,
    4,
    (
        PipelineWay(an_id(16), "Partners", (("Demo", "Talking"), (HOSTILE, "Talking"))),
        PipelineWay(an_id(17), LONG[:60], ()),
    ),
)

WINDOWS: dict[str, Modal] = {
    "hub": views.hub(EN),
    "channels": views.channels_modal(WORKSPACE, CHANNELS, FRESH, EN),
    "channels_meanwhile": views.channels_modal(WORKSPACE, CHANNELS, Shown(OTTO, "abd"), EN),
    "region": views.region_modal(WORKSPACE, VALUES, FRESH, EN),
    "visibility": views.visibility_modal(WORKSPACE, Visibility.TEAM, FRESH, EN),
    "people": people.people_modal(Page((ANA, MIRA, GONE), 1, has_more=True), Done("Saved."), EN),
    "member": people.member_modal(MemberDetails(ANA, OPEN, SEEN), {"role": Role.REP, "manager": "U0MIRA"}, FRESH, EN),
    "member_left_some": people.member_modal(MemberDetails(GONE, OPEN, SEEN), {}, FRESH, EN),
    "member_gone": people.member_modal(MemberDetails(GONE, (), SEEN), {}, FRESH, EN),
    "deactivation": people.deactivation_modal(MemberDetails(ANA, OPEN, SEEN), FRESH, EN),
    "deactivation_nothing": people.deactivation_modal(MemberDetails(MIRA, (), SEEN), FRESH, EN),
    "pipelines": pipelines.pipelines_modal(
        [PipelineRow(an_id(10), "Sales", 6, 1), PipelineRow(an_id(16), HOSTILE, 1, 0)], DONE, EN
    ),
    "pipeline_new": pipelines.pipeline_modal(SavePipeline(), "", FRESH, EN),
    "pipeline_edit": pipelines.pipeline_modal(SavePipeline(an_id(10), SEEN), "Sales", Shown(OTTO, "abd"), EN),
    "stages": pipelines.stages_modal(SALES, DONE, EN),
    "stage_new": pipelines.stage_modal(SaveStage(an_id(10)), StageKind.OPEN, {"kind": StageKind.OPEN}, FRESH, EN),
    "stage_open": pipelines.stage_modal(SaveStage(an_id(10), an_id(11), SEEN), StageKind.OPEN, STAGE, FRESH, EN),
    "stage_won": pipelines.stage_modal(SaveStage(an_id(10), an_id(13), SEEN), StageKind.WON, STAGE, FRESH, EN),
    "stage_lost": pipelines.stage_modal(SaveStage(an_id(10), an_id(14), SEEN), StageKind.LOST, STAGE, FRESH, EN),
    "removal": pipelines.removal_modal(StageRemoval(STAGES[0], an_id(10), TARGETS), FRESH, EN),
    "removal_empty": pipelines.removal_modal(StageRemoval(STAGES[2], an_id(10), TARGETS[:1]), FRESH, EN),
    "removal_pipeline": pipelines.pipeline_removal_modal(PIPELINE_REMOVAL, FRESH, EN),
    "removal_pipeline_empty": pipelines.pipeline_removal_modal(
        PipelineRemoval(an_id(10), "Sales", 0, PIPELINE_REMOVAL.targets), Shown(Done("A deal came in meanwhile.")), EN
    ),
    "merge": lists.merge_modal(WordRow(an_id(22), HOSTILE), 3, FRESH, EN),
    "objections": lists.words_modal(
        WordList.OBJECTIONS, Page((WordRow(an_id(21), "Price"), WordRow(an_id(22), HOSTILE))), DONE, EN
    ),
    "words": lists.words_modal(
        WordList.SOURCES, Page((WordRow(an_id(21), "Fair"), WordRow(an_id(22), HOSTILE)), 0, has_more=True), DONE, EN
    ),
    "words_none": lists.words_modal(WordList.OBJECTIONS, Page(), None, EN),
    "word_new": lists.word_modal(SaveWord(WordList.LOSS_REASONS), "", FRESH, EN),
    "word_edit": lists.word_modal(SaveWord(WordList.SOURCES, an_id(21), SEEN), "Fair", Shown(OTTO, "abd"), EN),
    "products": lists.products_modal(Page((LICENCE, OLD), 1, has_more=True), "lic", FRESH, EN),
    "products_none": lists.products_modal(Page(), "", FRESH, EN),
    "products_nothing_fits": lists.products_modal(Page(), HOSTILE, FRESH, EN),
    "product_new": lists.product_modal(SaveProduct(), {"currency": "EUR", "active": True}, FRESH, EN),
    "product_edit": lists.product_modal(
        SaveProduct(an_id(31), SEEN),
        {"name": HOSTILE, "unit_price": Decimal("99.5"), "currency": "XOF", "tax_percent": Decimal(19)},
        FRESH,
        EN,
    ),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows(name: str) -> None:
    assert_golden(f"settings/{name}", WINDOWS[name])
    assert "<!channel>" not in str([block.get("text") for block in WINDOWS[name].blocks if block["type"] == "section"])


def test_whom_to_ask() -> None:
    assert_golden("settings/not_admin", views.not_admin(["U0SAM", "U0SUE"], EN))


def test_nothing_is_too_long_for_slack() -> None:
    long_stage = StageItem(an_id(11), LONG, StageKind.OPEN, 10, 14, ("value",), 3)
    many = tuple(StageItem(an_id(100 + n), LONG, StageKind.OPEN, 1, None, (), 0) for n in range(20))
    for modal in (
        pipelines.stages_modal(PipelineStages(an_id(10), LONG[:60], many, SEEN), DONE, EN),
        pipelines.removal_modal(StageRemoval(long_stage, an_id(10), TARGETS), FRESH, EN),
        lists.products_modal(Page((LICENCE,) * 8), LONG[:100], FRESH, EN),
    ):
        assert problems_of(modal) == []


def test_countries_are_found_by_name_and_by_code() -> None:
    assert views.country_choices("germ", EN) == [Choice("Germany (DE)", "DE")]
    assert Choice("Côte d’Ivoire (CI)", "CI") in views.country_choices("ci", EN)
    assert views.country_choices("deutschl", Viewer("de_DE", "UTC")) == [Choice("Deutschland (DE)", "DE")]
    assert views.country_choices("nowhere", EN) == []
    assert len(views.country_choices("", EN)) == kit.OPTIONS_MAX


def test_every_section_has_its_place_in_the_overview() -> None:
    assert set(Section) - set(views.SECTIONS) == {Section.STAGES}, "reached through its pipeline"
    assert all(len(EN.t(title)) <= kit.MODAL_TITLE_MAX for title, _ in views.SECTIONS.values())


# -- what forms gained --------------------------------------------------------------------------------------------

FORM: Form[dict[str, str]] = Form(
    dict, (Text("name", "Name", required=True), Text("notes", "Notes", more=True), Select("stage", "Stage", more=True))
)


def shown(form: Form[dict[str, str]], values: dict[str, str], *, expanded: bool) -> list[object]:
    """The names of the inputs, and the routes of the buttons."""
    blocks = form.blocks(EN, values, expanded=expanded)
    return [block.get("block_id") or block["elements"][0]["action_id"] for block in blocks]  # type: ignore[index]


def test_rarer_fields_wait_until_they_are_asked_for_or_hold_something() -> None:
    form = FORM.with_choices(stage=[Choice("One", "1")])
    assert shown(form, {}, expanded=False) == ["name", MoreFields.id]
    assert shown(form, {"notes": "Hello"}, expanded=False) == ["name", "notes", MoreFields.id]
    assert shown(form, {"notes": "Hello", "stage": "1"}, expanded=False) == ["name", "notes", "stage"]
    assert shown(form, {}, expanded=True) == ["name", "notes", "stage"]
    assert shown(FORM, {"notes": "x"}, expanded=False) == ["name", "notes"], "without choices a select never shows"
    assert form.hides(["notes"])
    assert not form.hides(["name", "unknown"])


def test_options_stand_under_headings_only_where_there_are_several() -> None:
    plain = [Choice("One", "1"), Choice("Two", "2")]
    assert set(kit.options_of(plain)) == {"options"}
    grouped = kit.options_of(
        [Choice("One", "1", group="A"), Choice("Two", "2", group="B"), Choice("3", "3", group="A")]
    )
    labels = [(group["label"]["text"], len(group["options"])) for group in grouped["option_groups"]]  # type: ignore[index, arg-type]
    assert labels == [("A", 2), ("B", 1)]


def test_what_a_stage_asks_for_is_asked_in_its_order() -> None:
    form = deal_forms.needs_form(["next_step", "value", "account_id"])
    assert [(one.name, one.required) for one in form.fields] == [
        ("value", True),
        ("account_id", True),
        ("next_step", True),
    ]


@pytest.mark.parametrize(("moved", "says"), [(Moved(0), "is removed."), (Moved(2), "2 deals"), (Moved(0, 300), "300")])
def test_what_became_of_the_deals_is_said(moved: Moved, says: str) -> None:
    for text in (pipelines.removed_text(HOSTILE, moved, EN), pipelines.pipeline_removed_text(HOSTILE, moved, EN)):
        assert says in text
        assert "<!channel>" not in text

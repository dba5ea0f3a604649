"""Leads on the screen: the card, the form, lists, and the windows that assign and convert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    AssignLead,
    CheckLead,
    Claim,
    ComposeEmail,
    ConvertLead,
    EditLead,
    FindAccount,
    ListLeads,
    LogCall,
    NewLead,
    NewTask,
    OpenRecord,
    PlanMeeting,
    SaveConversion,
    SaveLead,
    SaveLeadOwner,
    SetLeadStatus,
)
from bot.views import kit, people, tags, when
from bot.views.activities import timeline_blocks
from bot.views.deal_forms import currency_choices, needs_notice
from bot.views.forms import Date, Email, Form, Money, Person, Search, Select, Text
from bot.views.history import Meanwhile, edited_meanwhile, revision_of
from bot.views.records import rarely
from core.duplicates import Likeness, Match
from core.enums import EntityType, LeadStatus
from core.i18n import Viewer
from core.leads import BY_HAND, ConversionInput, LeadInput
from core.normalise import NAME_MAX, NOTES_MAX, PHONE_MAX, SHORT_TEXT_MAX
from core.queries.leads import LeadCard, LeadRow, SourceRow
from core.queries.records import Page
from core.queries.stages import StageRow

STATUS: Mapping[LeadStatus, str] = {
    LeadStatus.PROSPECT: "Prospect",
    LeadStatus.NEW: "New",
    LeadStatus.CONTACTED: "Contacted",
    LeadStatus.REPLIED: "Replied",
    LeadStatus.QUALIFIED: "Qualified",
    LeadStatus.CONVERTED: "Converted",
    LeadStatus.LOST: "Lost",
}
LIKENESS: Mapping[Likeness, str] = {
    Likeness.EMAIL: "same e-mail address",
    Likeness.PHONE: "same phone number",
    Likeness.SAME_NAME: "same name and company",
    Likeness.NAME: "similar name",
    Likeness.COMPANY: "similar company",
}
BECAME: Mapping[EntityType, str] = {
    EntityType.DEAL: "Open deal",
    EntityType.CONTACT: "Open contact",
    EntityType.ACCOUNT: "Open account",
}
NOTES_SHOWN = 500


@dataclass(frozen=True)
class NewOwner:
    """Who a lead is given to: a Slack user id, empty for nobody."""

    owner: str


LEAD_FORM: Form[LeadInput] = Form(
    LeadInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX, reports=CheckLead),
        Text("company", "Company", max_length=NAME_MAX, reports=CheckLead),
        Email("email", "E-mail", reports=CheckLead),
        Text("phone", "Phone", max_length=PHONE_MAX, reports=CheckLead),
        Person("owner", "Owner"),
        Text("notes", "Notes", max_length=NOTES_MAX, multiline=True),
        Select("source_id", "Source", ids=True, more=True),
        when.follow_up(),
    ),
)
OWNER_FORM: Form[NewOwner] = Form(NewOwner, (Person("owner", "Owner", hint="Leave empty to give the lead to nobody."),))
CONVERSION_FORM: Form[ConversionInput] = Form(
    ConversionInput,
    (
        Search("account_id", "Account", lookup=FindAccount, ids=True, placeholder="Choose an existing company"),
        Text(
            "account_name",
            "New account",
            max_length=NAME_MAX,
            hint="Used where no existing account is chosen above.",
        ),
        Text("contact_name", "Contact", required=True, max_length=NAME_MAX),
        Text("deal_name", "Deal name", required=True, max_length=NAME_MAX),
        Money("value", "Value"),
        Select("currency", "Currency", required=True),
        Select("stage_id", "Stage", required=True, ids=True),
        Date("expected_close", "Expected close", more=True),
        Text("next_step", "Next step", max_length=SHORT_TEXT_MAX, more=True),
    ),
)


@dataclass(frozen=True)
class LeadFormData:
    """The lead form as it is shown. `ref` is empty for a new lead; `meanwhile` is what somebody else saved."""

    route: SaveLead
    values: Mapping[str, Any]
    sources: Sequence[SourceRow]
    matches: Sequence[Match] = ()
    ref: str = ""
    meanwhile: Meanwhile | None = None


@dataclass(frozen=True)
class ConversionData:
    """The conversion form. `account` is the existing match it starts with."""

    lead: LeadCard
    account: Choice | None
    currency: str
    """The workspace's (ISO 4217); offered first."""
    stages: Sequence[StageRow]
    """The open stages of all pipelines, first to last."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What was typed already."""
    more: bool = False
    """Whether the rarer fields are in sight."""
    needs: Sequence[str] = ()
    """What the chosen stage asks for and nobody typed yet."""


# -- the card -----------------------------------------------------------------------------------------------------


def card(lead: LeadCard, viewer: Viewer) -> Message:
    """A lead: who it is, where it stands, what happened, what can be done."""
    day, hour = lead.next_follow_up, lead.next_follow_up_at
    follow_up = viewer.slack_when(day, hour) if day else ""
    known = [
        (viewer.t("Company"), kit.esc(lead.company)),
        (viewer.t("Source"), kit.esc(lead.source)),
        (viewer.t("E-mail"), people.mail_of(lead.email, lead.closed, viewer)),
        (viewer.t("Phone"), people.phone(lead.phone, lead.phone_shown)),
    ]
    pairs = [
        (viewer.t("Status"), viewer.t(STATUS[lead.status])),
        (viewer.t("Owner"), people.owner(lead.owner, viewer)),
        *((label, value) for label, value in known if value),
        (viewer.t("Next follow-up"), follow_up),
        (viewer.t("Last touch"), viewer.slack_day(lead.last_touch_at) if lead.last_touch_at else ""),
    ]
    blocks: list[Block] = [kit.header(f"{lead.ref} · {lead.name}"), *kit.fields(pairs)]
    if lead.notes:
        blocks.append(kit.section(kit.esc(kit.cut(lead.notes, NOTES_SHOWN))))
    blocks += tags.line(lead.tags, viewer)
    blocks += timeline_blocks(lead.timeline, viewer)
    blocks += _buttons(lead, viewer)
    blocks.append(kit.context(viewer.t("Created {day}", day=viewer.date(viewer.local_date(lead.created_at)))))
    return Message(_spoken(lead, viewer), blocks)


def _spoken(lead: LeadCard, viewer: Viewer) -> str:
    return viewer.t(
        "Lead {ref}: {name}, {status}",
        ref=lead.ref,
        name=kit.esc(", ".join(part for part in (lead.name, lead.company) if part)),
        status=viewer.t(STATUS[lead.status]),
    )


def _buttons(lead: LeadCard, viewer: Viewer) -> list[Block]:
    first: list[Block] = [
        kit.button(
            viewer.t(BECAME[link.entity]),
            OpenRecord(link.entity, link.id),
            label=viewer.t("Open {ref}, {name}", ref=link.ref, name=link.name),
        )
        for link in lead.links
    ]
    working = lead.can_edit and not lead.converted
    if working and not lead.owner:
        first.append(kit.button(viewer.t("Claim"), Claim("lead", lead.id), label=viewer.t("Make this lead yours")))
    if working:
        first.append(kit.button(viewer.t("Log call"), LogCall("lead", lead.id, on_card=True), style="primary"))
        first.append(kit.button(viewer.t("E-mail"), ComposeEmail("lead", lead.id)))
    if lead.can_edit:
        first.append(kit.button(viewer.t("Edit"), EditLead(lead.id)))
    if working:
        first.append(kit.button(viewer.t("Convert"), ConvertLead(lead.id)))
    if lead.can_assign:
        first.append(kit.button(viewer.t("Assign"), AssignLead(lead.id)))
    second: list[Block] = []
    if working:
        statuses = [(viewer.t(STATUS[status]), SetLeadStatus(lead.id, status)) for status in BY_HAND]
        second.append(
            kit.route_select(viewer.t("Status"), statuses, initial=SetLeadStatus(lead.id, lead.status).pack())
        )
        second.append(kit.button(viewer.t("Plan meeting"), PlanMeeting("lead", lead.id)))
        second.append(kit.button(viewer.t("New task"), NewTask("lead", lead.id)))
    if lead.can_edit:
        second.append(tags.button(lead.entity, lead.id, viewer))
    second.append(kit.overflow(rarely(lead, viewer)))
    return [kit.actions(*row) for row in (first, second) if row]


def handed_over(ref: str, owner: str, viewer: Viewer) -> str:
    """That a lead now belongs to somebody else, where the reader may not see it any more."""
    return viewer.t("Lead {ref} now belongs to {owner}.", ref=ref, owner=people.owner(owner, viewer))


# -- lists --------------------------------------------------------------------------------------------------------


def listing(page: Page[LeadRow], words: str, viewer: Viewer) -> Message:
    """A page of leads; `words` is what was searched for."""
    if not page.rows:
        return _nothing_found(words, viewer)
    title = viewer.t("Leads: {words}", words=words) if words else viewer.t("Open leads: yours and unassigned")
    blocks: list[Block] = [kit.header(title), *(row_block(row, viewer) for row in page.rows)]
    pager = []
    if page.page:
        pager.append(kit.button(viewer.t("Previous"), ListLeads(words, page.page - 1)))
    if page.has_more:
        pager.append(kit.button(viewer.t("Next"), ListLeads(words, page.page + 1)))
    blocks.append(kit.actions(*pager, kit.button(viewer.t("New lead"), NewLead())))
    spoken = "; ".join(f"{row.ref} {kit.esc(row.name)}" for row in page.rows)
    return Message(viewer.nt("{n} lead: {names}", "{n} leads: {names}", len(page.rows), names=spoken), blocks)


def _nothing_found(words: str, viewer: Viewer) -> Message:
    if words:
        text = viewer.t("No lead fits “{words}”.", words=kit.esc(words))
    else:
        text = viewer.t("You have no open leads, and nobody's are waiting.")
    return Message(text, [kit.section(text), kit.actions(kit.button(viewer.t("New lead"), NewLead()))])


def row_block(row: LeadRow, viewer: Viewer) -> Block:
    """A lead in a list, with its Open button."""
    label = viewer.t("Open lead {ref}", ref=row.ref)
    return kit.section(_row_text(row, viewer), kit.button(viewer.t("Open"), OpenRecord("lead", row.id), label=label))


def _row_text(row: LeadRow, viewer: Viewer) -> str:
    who = f"*{row.ref}* · {kit.esc(row.name)}"
    if row.company:
        who += f", {kit.esc(row.company)}"
    facts = [viewer.t(STATUS[row.status]), people.owner(row.owner, viewer)]
    if row.next_follow_up:
        facts.append(viewer.t("follow-up {day}", day=viewer.relative_date(row.next_follow_up, row.today)))
    return f"{who}\n{' · '.join(facts)}"


def which_lead(viewer: Viewer) -> Message:
    """What to type after `/lead view`."""
    return _ask(viewer.t("Which lead? Type its number or a name, for example `/lead view L-42`."), viewer)


def find_what(viewer: Viewer) -> Message:
    """What to type after `/lead find`."""
    text = viewer.t("Find whom? Type a name, company, e-mail or phone, for example `/lead find silva acme`.")
    return _ask(text, viewer)


def _ask(text: str, viewer: Viewer) -> Message:
    return Message(text, [kit.section(text), kit.actions(kit.button(viewer.t("List leads"), ListLeads()))])


# -- the form -----------------------------------------------------------------------------------------------------


def lead_modal(data: LeadFormData, viewer: Viewer) -> Modal:
    """The form of a lead, new or existing, with what may already be here above it."""
    form = LEAD_FORM.with_choices(source_id=[Choice(source.name, str(source.id)) for source in data.sources])
    new = data.route.lead_id is None
    submit = viewer.t("Save")
    if new:
        submit = viewer.t("Create anyway") if data.matches else viewer.t("Create")
    return Modal(
        title=viewer.t("New lead") if new else viewer.t("Edit {ref}", ref=data.ref),
        blocks=[
            *_conflict(data, viewer),
            *_existing(data.matches, viewer),
            *form.blocks(viewer, data.values, expanded=data.route.more, revision=revision_of(data.meanwhile)),
        ],
        route=data.route,
        submit=submit,
        close=viewer.t("Cancel"),
    )


def _existing(matches: Sequence[Match], viewer: Viewer) -> list[Block]:
    if not matches:
        return []
    blocks: list[Block] = [kit.alert(viewer.t("This may already be here:"), "warning")]
    for match in matches:
        name = ", ".join(part for part in (match.name, match.detail) if part)
        text = f"*{match.ref}* · {kit.esc(name)}\n{viewer.t(LIKENESS[match.likeness])}"
        label = viewer.t("Open {ref}, {name}", ref=match.ref, name=match.name)
        blocks.append(kit.section(text, kit.button(viewer.t("Open"), OpenRecord(match.entity, match.id), label=label)))
    return blocks


def _conflict(data: LeadFormData, viewer: Viewer) -> list[Block]:
    return edited_meanwhile(data.meanwhile.who, data.meanwhile.changes, viewer) if data.meanwhile else []


def assign_modal(lead: LeadCard, viewer: Viewer) -> Modal:
    """Who the lead's owner is to be."""
    return Modal(
        title=viewer.t("Assign {ref}", ref=lead.ref),
        blocks=[kit.section(kit.esc(lead.name)), *OWNER_FORM.blocks(viewer, {"owner": lead.owner})],
        route=SaveLeadOwner(lead.id),
        submit=viewer.t("Assign"),
        close=viewer.t("Cancel"),
    )


def convert_modal(data: ConversionData, viewer: Viewer) -> Modal:
    """What the lead becomes: an account, a contact and a deal."""
    lead = data.lead
    form = CONVERSION_FORM.with_choices(
        currency=currency_choices(data.currency),
        stage_id=[Choice(stage.name, str(stage.id), group=stage.pipeline) for stage in data.stages],
    )
    values = {
        "account_id": data.account,
        "account_name": "" if data.account else lead.company,
        "contact_name": lead.name,
        "deal_name": lead.company or lead.name,
        "currency": data.currency,
        "stage_id": str(data.stages[0].id) if data.stages else "",
        **data.values,
    }
    notice = needs_notice(data.needs, viewer) if data.needs else []
    return Modal(
        title=viewer.t("Convert {ref}", ref=lead.ref),
        blocks=[*notice, *form.blocks(viewer, values, expanded=data.more)],
        route=SaveConversion(lead.id, more=data.more),
        submit=viewer.t("Convert"),
        close=viewer.t("Cancel"),
    )

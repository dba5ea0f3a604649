"""The settings of people: the members, their roles and managers, and those who leave."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.replies import Block, Choice, Modal
from bot.routes import AskDeactivation, EditMember, ReactivateMember, SaveDeactivation, SaveMember, Section
from bot.views import kit
from bot.views.activities import Word
from bot.views.forms import Form, Person
from bot.views.settings import Notice, Shown, back, pager, top
from core.administration.people import MemberInput
from core.administration.removal import Moved
from core.enums import EntityType, Role
from core.i18n import Viewer
from core.queries.administration import MemberDetails, MemberRow
from core.queries.records import Page

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.REP: ("Sales rep", "Works on their own records and on those nobody has"),
    Role.MANAGER: ("Manager", "Also on the records of everybody below them"),
    Role.ADMIN: ("Admin", "On all records, and on these settings"),
}
MEMBER_FORM: Form[MemberInput] = Form(
    MemberInput,
    (
        Word("role", "Role", required=True, vocabulary=Role),
        Person(
            "manager",
            "Manager",
            hint="Sees and works on what this person has, if their own role is Manager. Left empty, only admins do.",
        ),
    ),
)


def _successor(successor: str) -> str:
    return successor


SUCCESSOR = Person("successor", "Who takes over", hint="Gets what is still open. Closed deals stay as they are.")
DEACTIVATION_FORM: Form[str] = Form(_successor, (SUCCESSOR,))
"""What is read: nobody takes over where nothing is open."""
SUCCESSOR_FORM: Form[str] = Form(_successor, (replace(SUCCESSOR, required=True),))
"""What is shown where something is."""


def people_modal(page: Page[MemberRow], notice: Notice, viewer: Viewer) -> Modal:
    """A page of the members, each with an Edit button."""
    about = viewer.t("Colleagues appear here once they use Rapport or are given a record.")
    blocks: list[Block] = [*top(notice, Section.PEOPLE, viewer), kit.context(about)]
    blocks += [_row(row, viewer) for row in page.rows]
    buttons = pager(Section.PEOPLE, page, viewer)
    return Modal(viewer.t("People"), [*blocks, *([kit.actions(*buttons)] if buttons else [])], close=viewer.t("Close"))


def _row(row: MemberRow, viewer: Viewer) -> Block:
    facts = [viewer.t(ROLES[row.role][0])]
    if row.manager:
        facts.append(viewer.t("reports to {manager}", manager=f"<@{row.manager}>"))
    if not row.active:
        facts = [viewer.t("Has no access any more")]
    label = viewer.t("Edit {name}", name=row.name)
    return kit.section(
        f"<@{row.slack_user_id}>\n{' · '.join(facts)}", kit.button(viewer.t("Edit"), EditMember(row.id), label=label)
    )


def values_of(member: MemberDetails) -> dict[str, Any]:
    """What the form of a member shows first."""
    return {"role": member.row.role, "manager": member.row.manager}


def member_modal(member: MemberDetails, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """A member's role and manager; for one without access, the way back in."""
    row = member.row
    who = [kit.section(f"<@{row.slack_user_id}>")]
    if not row.active:
        text = viewer.t("This person has no access to Rapport any more.")
        buttons = [kit.button(viewer.t("Give access back"), ReactivateMember(row.id), style="primary")]
        if any(n for _, n in member.open):
            buttons.append(kit.button(viewer.t("Hand over what is open"), AskDeactivation(row.id)))
        blocks = [*who, kit.section(text), kit.actions(*buttons, back(Section.PEOPLE, viewer))]
        return Modal(viewer.t("Member"), blocks, close=viewer.t("Close"))
    form = MEMBER_FORM.with_choices(
        role=[Choice(viewer.t(text), role.value, viewer.t(what)) for role, (text, what) in ROLES.items()]
    )
    leave = kit.button(viewer.t("Take access away"), AskDeactivation(row.id), style="danger")
    return Modal(
        viewer.t("Member"),
        [
            *top(shown.notice, Section.PEOPLE, viewer),
            *who,
            *form.blocks(viewer, values, revision=shown.revision),
            kit.actions(leave, back(Section.PEOPLE, viewer)),
        ],
        SaveMember(row.id, member.seen),
        viewer.t("Save"),
        viewer.t("Close"),
    )


def deactivation_modal(member: MemberDetails, shown: Shown, viewer: Viewer) -> Modal:
    """What the member has open, and who takes it over."""
    who = f"<@{member.row.slack_user_id}>"
    counts = [_count(kind, n, viewer) for kind, n in member.open if n]
    if counts:
        text = viewer.t("{who} has {records} open. Who takes over?", who=who, records=", ".join(counts))
    else:
        text = viewer.t("{who} has nothing open.", who=who)
    note = viewer.t("They can no longer use Rapport; what they did stays in the history.")
    blocks: list[Block] = [kit.section(text)]
    if counts:
        blocks += SUCCESSOR_FORM.blocks(viewer, {}, revision=shown.revision)
    blocks += [kit.context(note), kit.actions(back(Section.PEOPLE, viewer))]
    return Modal(
        viewer.t("Take access away"),
        blocks,
        SaveDeactivation(member.row.id),
        viewer.t("Take access away"),
        viewer.t("Close"),
    )


def _count(kind: EntityType, n: int, viewer: Viewer) -> str:
    match kind:
        case EntityType.LEAD:
            return viewer.nt("{n} lead", "{n} leads", n)
        case EntityType.DEAL:
            return viewer.nt("{n} deal", "{n} deals", n)
        case EntityType.ACCOUNT:
            return viewer.nt("{n} account", "{n} accounts", n)
        case EntityType.ACTIVITY:
            return viewer.nt("{n} task or meeting", "{n} tasks and meetings", n)
        case _:
            return viewer.nt("{n} contact", "{n} contacts", n)


def saved_text(before: MemberRow, after: MemberRow, viewer: Viewer) -> str:
    """What was changed of a member: their role, whom they report to, or both."""
    who, role = f"<@{after.slack_user_id}>", viewer.t(ROLES[after.role][0])
    manager = f"<@{after.manager}>" if after.manager else viewer.t("nobody")
    if before.manager == after.manager:
        return viewer.t("Saved: {who} is now {role}.", who=who, role=role)
    if before.role is after.role:
        return viewer.t("Saved: {who} now reports to {manager}.", who=who, manager=manager)
    return viewer.t("Saved: {who} is now {role} and reports to {manager}.", who=who, role=role, manager=manager)


def left_text(slack_user_id: str, successor: str, moved: Moved, viewer: Viewer) -> str:
    """A member who has no access any more."""
    who, heir = f"<@{slack_user_id}>", f"<@{successor}>"
    if moved.later:
        return viewer.t(
            "{who} has no access any more; {n} records go to {heir}. I show you how far it is in a direct message.",
            who=who,
            n=viewer.number(moved.later),
            heir=heir,
        )
    if not moved.now:
        return viewer.t("{who} has no access any more.", who=who)
    return viewer.nt(
        "{who} has no access any more; {n} record went to {heir}.",
        "{who} has no access any more; {n} records went to {heir}.",
        moved.now,
        who=who,
        heir=heir,
    )

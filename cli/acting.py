"""On whose behalf the terminal acts: a workspace, and a member in it whose rights apply."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from cli.console import Stop
from core.context import Ctx, make_clock
from core.db import Database
from core.enums import Role
from core.models import Member, WorkspaceRow
from core.settings import Settings
from core.workspaces import describe_member, system_ctx, workspace_id_for
from web.database import database_for


@contextmanager
def acting(settings: Settings, workspace: str, member: str) -> Iterator[Ctx]:
    """One transaction of the terminal.

    `workspace`: Slack's team id, needed where there are several. `member`: a Slack user id or a name; the only admin
    where it is empty. Raises Stop where either cannot be told.
    """
    with database_for(settings) as url:
        database = Database(url, pool_size=1)
        try:
            workspace_id = find_workspace(database, workspace)
            with database.begin(workspace_id) as session:
                ctx = _ctx(session, settings, workspace_id, workspace)
                ctx.actor = describe_member(find_member(session, workspace_id, member))
                yield ctx
        finally:
            database.dispose()


def _ctx(session: Session, settings: Settings, workspace_id: UUID, workspace: str) -> Ctx:
    try:
        return system_ctx(session, make_clock(settings.rapport_clock_file), workspace_id, "terminal")
    except NoResultFound:
        raise Stop(f"There is no workspace {workspace} here.") from None


def find_workspace(database: Database, team: str) -> UUID:
    """The workspace's id. Raises Stop where `team` is empty and there is not exactly one."""
    if team:
        return workspace_id_for(team)
    with database.dispatcher() as session:
        found = list(session.scalars(select(WorkspaceRow.workspace_id)))
    if not found:
        raise Stop("There is no workspace yet. It is set up when somebody first uses Rapport in Slack.")
    if len(found) > 1:
        names = "\n".join(f"  {_team_of(database, one)}" for one in found)
        raise Stop(f"There are several workspaces. Say which one with --workspace TEAM:\n{names}")
    return found[0]


def _team_of(database: Database, workspace_id: UUID) -> str:
    with database.begin(workspace_id) as session:
        row = session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == workspace_id)).one()
        return f"{row.team_id}  {row.name}"


WHO_ASKS = "Say with --as who is asking, by Slack id or name:"


def find_member(session: Session, workspace_id: UUID, who: str, otherwise: str = WHO_ASKS) -> Member:
    """The member by Slack id, by name, or by the beginning of a name; the only admin for an empty text.

    Raises Stop with what is said `otherwise`, and the names there are, where that is not one.
    """
    known = session.scalars(
        select(Member)
        .where(Member.workspace_id == workspace_id, Member.active, Member.guest.is_(False))
        .order_by(Member.name)
    ).all()
    wanted = who.strip().removeprefix("@").casefold()
    if not wanted:
        found = [one for one in known if one.role is Role.ADMIN]
    else:
        found = [one for one in known if wanted in (one.slack_user_id.casefold(), one.name.casefold())]
        found = found or [one for one in known if one.name.casefold().startswith(wanted)]
    if len(found) == 1:
        return found[0]
    names = "\n".join(f"  {one.slack_user_id}  {one.name} ({one.role.value})" for one in known)
    raise Stop(f"{otherwise}\n{names}")

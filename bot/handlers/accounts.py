"""Accounts: changing what is known of a company."""

from typing import Any

from bot.dispatch import Request, on, on_submit
from bot.meanwhile import meanwhile, with_theirs
from bot.replies import OpenModal, Reply, UpdateModal
from bot.routes import EditAccount, SaveAccount
from bot.saving import confirmed, saved
from bot.views import accounts as views
from core import accounts
from core.accounts import AccountInput
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict, Forbidden
from core.queries import accounts as queries
from core.refs import account_ref


@on(EditAccount)
def edit_account(ctx: Ctx, route: EditAccount, _request: Request) -> Reply:
    """The form, as the account is now."""
    account = queries.account_card(ctx, route.account_id)
    if not account.can_edit:
        raise Forbidden("not_yours")
    return OpenModal(views.form(account, views.values_of(account), ctx.viewer))


@on_submit(SaveAccount, views.ACCOUNT_FORM)
def save_account(ctx: Ctx, route: SaveAccount, values: AccountInput) -> Reply:
    """Save; who saves on top of somebody else's change sees it first and keeps what was typed."""
    try:
        account = accounts.edit(ctx, route.account_id, values, route.version)
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        typed: dict[str, Any] = {name: getattr(values, name) for name in views.FIELD_NAMES}
        account_now = queries.account_card(ctx, route.account_id)
        typed = with_theirs(ctx, conflict, typed, views.values_of(account_now))
        return UpdateModal(views.form(account_now, typed, ctx.viewer, meanwhile(ctx, EntityType.ACCOUNT, conflict)))
    said = ctx.viewer.t("Account {ref} saved.", ref=account_ref(account.number))
    return saved(ctx, confirmed(ctx, EntityType.ACCOUNT, account.id, said))

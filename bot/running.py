"""One interaction is one transaction: it is opened here, the actor named, duplicates dropped, and whatever is raised
turned into words. Nothing that happens in here escapes as an exception.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy.exc import NoResultFound

from bot import dispatch, envelopes, errors
from bot.commands import CommandCall
from bot.dispatch import ACTIONS, COMMANDS, Request, Said
from bot.envelopes import Origin
from bot.payloads import BlockAction, Interactive, View
from bot.people import Introductions
from bot.replies import FieldErrors, Nothing, Reply
from bot.routes import Action, Route, Submission, UnknownRoute, route_id_of, unpack
from bot.tokens import Installation
from core.context import Clock, Ctx, new_id
from core.db import Database
from core.errors import AlreadyDone, Busy, DomainError, Forbidden, Invalid, NotFound, Stranger
from core.i18n import Viewer
from core.idempotency import claim
from core.members import introduce, profile_changed
from core.workspaces import SlackPerson, describe_member, enter, system_ctx, workspace_id_for

log = structlog.get_logger()
Act = Callable[[Ctx], Reply]


@dataclass
class Outcome:
    """What a transaction ended in."""

    reply: Reply = field(default_factory=Nothing)
    viewer: Viewer = field(default_factory=lambda: Viewer("en_US", "UTC"))
    error: str = ""
    """What went wrong, in words; the reply is then Nothing or FieldErrors."""
    lost: bool = False
    """It went wrong because a record was named that is not to be found."""


@dataclass(frozen=True)
class Place:
    """The window an interaction happened in."""

    modal: Submission | None = None
    origin: Origin = field(default_factory=Origin)
    problem: UnknownRoute | None = None
    """Raised later, inside the transaction, where it becomes words."""


class _Refused(Exception):
    """A handler answered with field errors: nothing of what it did may stay, its claim on the request least of all."""

    def __init__(self, reply: FieldErrors) -> None:
        self.reply = reply
        super().__init__()


class _NotIntroduced(Exception):
    """Slack was never asked whether this person is a colleague or a guest."""


class Runner:
    """Runs handlers. Stateless; one per process."""

    def __init__(self, database: Database, clock: Clock, introductions: Introductions, site: str) -> None:
        self._database, self._clock, self._introductions, self._site = database, clock, introductions, site

    def run(self, installed: Installation, person: SlackPerson, key: str, source: str, act: Act) -> Outcome:
        """Act as a person, at most once for a key (empty: as often as asked)."""
        outcome = Outcome()
        try:
            outcome.reply = self._among_acquainted(
                installed, person, lambda known: self._transact(outcome, known, key, source, act)
            )
        except AlreadyDone:
            log.info("duplicate_dropped", source=source)
        except _Refused as refused:
            outcome.reply = refused.reply
        except Invalid as error:
            sentences = {name: errors.field_sentence(code, outcome.viewer) for name, code in error.fields.items()}
            outcome.reply = FieldErrors(sentences)
        except UnknownRoute:
            outcome.error = outcome.viewer.t(errors.SENTENCES["old_button"])
        except DomainError as error:
            shown = _as_clicked(error, source)
            outcome.error, outcome.lost = errors.sentence(shown, outcome.viewer), shown.code == NotFound.code
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("interaction_failed", reference=reference, source=source)
            outcome.error = errors.unexpected(reference, outcome.viewer)
        return outcome

    def _among_acquainted(
        self, installed: Installation, person: SlackPerson, act: Callable[[SlackPerson], Reply]
    ) -> Reply:
        """Act; about whom Slack was never asked, ask it and act again. Once in the life of a member, and outside of
        any transaction: it is a call to Slack.
        """
        while True:
            try:
                return act(person)
            except _NotIntroduced:
                person = replace(person, profile=self._introductions.profile(installed, person.user_id))
            except Stranger as chosen:
                self._take_in(installed, person, chosen)

    def _take_in(self, installed: Installation, person: SlackPerson, chosen: Stranger) -> None:
        """Take in whom a person chose. Raises Invalid where that is a guest, or nobody Slack knows."""
        try:
            said = self._introductions.profile(installed, chosen.slack_user_id)
        except Forbidden as error:
            raise Invalid({chosen.field: "member_unknown"}) from error
        if said.guest:
            raise Invalid({chosen.field: "member_unknown"})

        def meet(ctx: Ctx) -> Reply:
            introduce(ctx, chosen.slack_user_id, said)
            return Nothing()

        self._transact(Outcome(), person, "", "introduction", meet)

    def profile_changed(self, installed: Installation, user_id: str, key: str) -> None:
        """Somebody's profile is another one. It is of everybody in the workspace, members or not: nobody acts."""
        workspace_id = workspace_id_for(installed.team_id)
        try:
            with self._database.begin(workspace_id) as session:
                ctx = system_ctx(session, self._clock, workspace_id, "event user_change")
                claim(ctx, key)
                profile_changed(ctx, user_id)
        except (AlreadyDone, Busy, NoResultFound) as error:
            log.info("profile_left_for_later", error=type(error).__name__)

    def _transact(self, outcome: Outcome, person: SlackPerson, key: str, source: str, act: Act) -> Reply:
        with self._database.begin(workspace_id_for(person.team_id, person.enterprise_id)) as session:
            ctx = enter(session, self._clock, person, source)
            ctx.site = self._site
            ctx.can_ask_slack = True
            outcome.viewer = ctx.viewer
            if not ctx.actor.introduced:
                _introduce(ctx, person)
                outcome.viewer = ctx.viewer
            if key:
                claim(ctx, key)
            reply = act(ctx)
            if isinstance(reply, FieldErrors):
                raise _Refused(reply)
        return reply


def _as_clicked(error: DomainError, source: str) -> DomainError:
    """Who clicks on a shared card has it before their eyes: that it may not exist would read like a fault."""
    if error.code == NotFound.code and source.startswith("button "):
        return NotFound("not_found_here")
    return error


def _introduce(ctx: Ctx, person: SlackPerson) -> None:
    """Take over what Slack said of somebody new; guests are refused before they have seen anything."""
    if person.profile is None:
        raise _NotIntroduced
    if person.profile.guest:
        raise Forbidden("outsider")
    ctx.actor = describe_member(introduce(ctx, ctx.actor.slack_user_id, person.profile))
    # What the person came to do is a change of its own, and can be undone without this.
    ctx.change_id = new_id()


# -- handlers -----------------------------------------------------------------------------------------------------


def run_command(ctx: Ctx, name: str, call: CommandCall, called: str = "/") -> Reply:
    """Answer `/name text`; help where nobody knows the word. `called` is what stood before the name.

    Raises UnknownRoute for a command without help.
    """
    found, rest = COMMANDS.find(name, call.text)
    ctx.source = f"{called}{name} {found.word}".strip() if found else f"{called}{name}"
    if found is not None:
        word = call.text.strip().partition(" ")[0]
        return found.handler(ctx, CommandCall(rest, call.channel_id, word))
    fallback, _ = COMMANDS.find(name, "help")
    if fallback is None:
        raise UnknownRoute(name)
    return fallback.handler(ctx, call)


def run_action(ctx: Ctx, payload: Interactive, click: BlockAction, place: Place) -> Reply:
    """Answer a click, a choice or a keystroke. Raises UnknownRoute for one of another version."""
    if place.problem is not None:
        raise place.problem
    chosen = click.text()
    request = Request(
        channel_id=payload.container.channel_id if payload.container else "",
        chosen=chosen,
        field_name=click.block_id.partition("~")[0],
        modal=place.modal,
        state=payload.view.state if payload.view else Request().state,
    )
    return _run_route(ctx, _clicked(click, chosen), request)


def run_submission(ctx: Ctx, view: View, place: Place) -> Reply:
    """Answer a form. Raises Invalid where it cannot be read, UnknownRoute for one of another version."""
    if place.problem is not None or place.modal is None:
        raise place.problem or UnknownRoute(view.callback_id)
    entry = ACTIONS[type(place.modal)]
    values = dispatch.form_of(entry, ctx, place.modal).parse(view.state, ctx.viewer, ctx.today)
    return entry.handler(ctx, place.modal, values)


def run_lookup(ctx: Ctx, payload: Interactive, place: Place) -> Reply:
    """Answer what is typed into a searching select. Raises UnknownRoute for one of another version."""
    if place.problem is not None:
        raise place.problem
    state = payload.view.state if payload.view else Request().state
    request = Request(query=payload.value, modal=place.modal, state=state)
    kind = Route.of(route_id_of(payload.action_id))
    if issubclass(kind, Action) and kind.lookup is not None:
        kind = kind.lookup
    return _run_route(ctx, _bare(kind), request)


def run_shortcut(ctx: Ctx, payload: Interactive) -> Reply:
    """Answer a shortcut, which names its route and nothing else. Raises UnknownRoute for one of another version."""
    return _run_route(
        ctx,
        _bare(Route.of(payload.callback_id)),
        Request(channel_id=payload.channel.id if payload.channel else "", message=_said(payload)),
    )


def _said(payload: Interactive) -> Said | None:
    """The message a shortcut was used on. Its link is what `chat.getPermalink` would say, without asking Slack."""
    message = payload.message
    if message is None:
        return None
    channel, team = payload.channel, payload.team
    link = ""
    if channel is not None and channel.id and team is not None and team.domain:
        link = f"https://{team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
        if message.thread_ts and message.thread_ts != message.ts:
            link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return Said(message.text, message.user, link)


def place_of(view: View | None) -> Place:
    """A window's route and where it was opened."""
    if view is None or view.type == "home":
        return Place()
    try:
        route, origin = envelopes.read_metadata(view.private_metadata)
    except UnknownRoute as problem:
        return Place(problem=problem)
    return Place(route if isinstance(route, Submission) else None, origin)


def _clicked(click: BlockAction, chosen: str) -> Route:
    """The route a click stands for: packed in its value where it has one of ours, else named by its action id."""
    kind = Route.of(route_id_of(click.action_id))
    if click.type in ("button", "overflow"):
        return unpack(chosen or kind.id)
    if click.type == "datepicker" and click.block_id.partition(" ")[0] == kind.id:
        return unpack(click.block_id)
    # Only in a choice is the value ours; somebody may type anything into a text field.
    if click.type.endswith("_select") and chosen.partition(" ")[0] == kind.id:
        return unpack(chosen)
    return _bare(kind)


def _bare(kind: type[Route]) -> Route:
    try:
        return kind()
    except TypeError as error:  # a route that says more than its id, in something that cannot carry it any more
        raise UnknownRoute(kind.id) from error


def _run_route(ctx: Ctx, route: Route, request: Request) -> Reply:
    entry = ACTIONS.get(type(route))
    if entry is None or isinstance(route, Submission):
        raise UnknownRoute(route.id)
    return entry.handler(ctx, route, request)

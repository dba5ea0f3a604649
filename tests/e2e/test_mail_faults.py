"""Workers killed at ten random points while 500 mails leave and 500 answers come in, each webhook told 1 to 5 times and
out of order: each mail is sent once, each answer is taken in once, and nothing waits forever.

What may happen more than once is an alert whose post was under way when its worker was killed: nobody can know whether
Slack took it. Each kill can repeat one post of each relay, so the bound is one more for each kill and relay. (Slack
recognises most of those by `client_msg_id`; the sandbox is told not to, so that the bound is ours alone.)
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.db import Database
from core.emails import sending
from core.emails.drafts import EmailInput, send
from core.enums import EntityType, Role
from core.models.inbox import HOUSE
from core.queries.email_health import health
from core.workspaces import add_member, member_ctx
from notifications.worker import THREADS
from sandbox.clock import SandboxClock
from sandbox.mail import people
from sandbox.mail.model import Mail
from sandbox.model import User
from sandbox.rules import Rules
from sandbox.simulator import Sandbox
from tests.e2e import mortal_worker
from tests.e2e.mortal_worker import Setting
from tests.e2e.world import MAIL, World, running_backend
from tests.factories import make_lead

MAILS = 500
KILLS = 10
REPS = 50
SEED = 20260321
HASTE = 4.0
"""Seconds on everybody's clock for each real one: a person's direct messages take one post a second."""
LEASES = timedelta(seconds=125)
"""Longer than any lease."""
PATIENCE = 240.0
"""Real seconds until the test gives up; nothing is measured."""
ANSWER = re.compile(r"Answer number (\d+)\.")


@dataclass
class Town:
    """The prospects: whoever gets a mail answers it at once, and SendGrid tells all of it again and again."""

    world: World
    answered: set[str] = field(default_factory=set)

    @property
    def arrived(self) -> list[Mail]:
        """The mails in everybody's mailboxes."""
        return [mail for mail in list(self.world.sandbox.mail.mails) if mail.folder == "inbox"]

    def live(self, stop: Flag) -> None:
        """Answer and post until `stop` is set, on a clock that runs faster."""
        office = self.world.sandbox.mail
        while not stop.wait(0.05):
            self.world.sandbox.clock.advance(0.05 * (HASTE - 1))
            for mail in self.arrived:
                if mail.id not in self.answered:
                    self.answered.add(mail.id)
                    people.answer(office, mail, f"Answer number {mail.box.partition('@')[0]}.")
            office.poster.flush()

    @property
    def happened(self) -> int:
        """How far it has come: mails that arrived, and messages in Slack."""
        return len(self.arrived) + sum(len(posts) for posts in list(self.world.team.messages.values()))

    def alerts(self) -> list[int]:
        """The number of the answer of each alert that was posted."""
        posts = [post for posts in list(self.world.team.messages.values()) for post in list(posts) if post.by_app]
        found = [ANSWER.search(f"{post.text} {post.blocks}") for post in posts]
        return [int(one.group(1)) for one in found if one]


def write_mails(world: World) -> None:
    """Fifty reps write to ten leads each."""
    reps = []
    with world.ctx(world.sam) as ctx:
        for number in range(REPS):
            user = User(f"U0REP{number:03}", world.team.id, f"rep{number}", f"Rep {number}")
            world.team.users[user.id] = user
            rep = add_member(ctx, user.id, user.real_name, Role.REP)
            rep.synced_at = ctx.now
            reps.append(rep.id)
        ctx.session.execute(text("DELETE FROM outbox"))  # nobody is to be welcomed
    for number, rep_id in enumerate(reps):
        with world.database.begin(world.workspace_id) as session:
            ctx = member_ctx(session, world.sandbox.clock, world.workspace_id, rep_id, "test")
            for one in range(number, MAILS, REPS):
                lead = make_lead(ctx, f"Lead {one}", owner_id=rep_id, email=f"{one}@town.example")
                send(ctx, EntityType.LEAD, lead.id, EmailInput(f"Offer {one}", "Hello"))


def ask(world: World, question: str, workspace_id: UUID | None = None) -> Any:
    """One number out of the database."""
    with world.database.begin(workspace_id or world.workspace_id) as session:
        return session.scalar(text(question))


OPEN = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"
LEASED = "SELECT count(*) FROM deliveries WHERE state = 'sending'"
UNROUTED = "SELECT count(*) FROM outbox WHERE routed_at IS NULL"
UNREAD = "SELECT count(*) FROM inbox WHERE state = 'waiting'"


def settled(world: World, town: Town) -> bool:
    """Whether everything that was begun has come to an end, and nothing began while that was looked at."""
    before = _so_far(world, town)
    open_still = (
        world.sandbox.mail.poster.waiting
        or len(town.answered) < len(town.arrived)
        or ask(world, UNREAD, HOUSE)
        or ask(world, UNROUTED)
        or ask(world, OPEN)
    )
    return not open_still and before == _so_far(world, town)


def _so_far(world: World, town: Town) -> tuple[int, ...]:
    """Mails that arrived, requests that were stored, deliveries that were planned: each step of the circle adds one."""
    stored, planned = ask(world, "SELECT count(*) FROM inbox", HOUSE), ask(world, "SELECT count(*) FROM deliveries")
    return len(town.arrived), stored, planned


def until(found: Callable[[], bool], what: str, pause: float = 0.05) -> None:
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(pause)


def say_send_again(world: World) -> int:
    """People are asked about mails nobody knows of, and say: send it again. How many that were."""
    query = "SELECT coalesce(array_agg(id), '{}') FROM emails WHERE state = 'unknown'"
    lost = ask(world, query)
    for email_id in lost:
        with world.ctx(world.sam) as ctx:
            sending.send_again(ctx, email_id)
    return len(lost)


@pytest.mark.timeout(600)
def test_killed_workers_lose_nothing_and_send_nothing_twice(
    own_url: str, own_database: Database, tmp_path: Path
) -> None:
    chance, clock_file = random.Random(SEED), tmp_path / "clock"
    rules = Rules(rate_limits=False, deliver_own_messages=False, deduplicate_client_msg_id=False)
    sandbox = Sandbox(rules=rules, clock=SandboxClock(clock_file))
    sandbox.mail.line.most_mail_copies = 5
    with running_backend(own_database, sandbox) as backend:
        world = World(backend)
        town, stop = Town(world), Flag()
        write_mails(world)
        setting = Setting(
            own_url, clock_file, backend.key, backend.server.api_url, backend.server.url, "SG.sandbox", MAIL
        )
        living = Thread(target=town.live, args=(stop,))
        living.start()
        worker = mortal_worker.start(setting)
        try:
            for point in sorted(chance.sample(range(5, 2 * MAILS - 25), KILLS)):
                until(lambda at=point: town.happened >= at, f"point {point}")
                mortal_worker.kill(worker)
                sandbox.clock.advance(LEASES.total_seconds())
                worker = mortal_worker.start(setting)
            finish(world, town)
        finally:
            mortal_worker.kill(worker)
            stop.set()
            living.join()
        prove(world, town)


def finish(world: World, town: Town) -> None:
    """Let time pass until nothing is open any more; who is asked about a lost mail has it sent again."""

    def done() -> bool:
        if settled(world, town):
            return not say_send_again(world)
        if not ask(world, LEASED):
            world.sandbox.clock.advance(20)  # what was put off comes due; no lease of anybody alive ends by this
        return False

    until(done, "the end", pause=0.1)


def prove(world: World, town: Town) -> None:
    """What the database and the mailboxes say in the end."""
    everybody = {f"{number}@town.example" for number in range(MAILS)}
    assert Counter(mail.box for mail in town.arrived) == Counter(everybody), "each mail once"
    assert ask(world, "SELECT count(*) FROM emails") == MAILS
    assert ask(world, "SELECT count(*) FROM emails WHERE state <> 'sent'") == 0
    assert ask(world, "SELECT count(DISTINCT message_id) FROM emails WHERE message_id <> ''") == MAILS
    assert ask(world, "SELECT count(*) FROM emails WHERE delivered_at IS NULL OR processed_at IS NULL") == 0
    assert ask(world, "SELECT count(*) FROM email_events") == 2 * MAILS, "each event once"

    assert ask(world, "SELECT count(*) FROM inbound_emails") == MAILS, "each answer once"
    assert ask(world, "SELECT count(DISTINCT email_id) FROM inbound_emails WHERE state = 'linked'") == MAILS
    inbound = "SELECT count(*) FROM activities WHERE kind = 'email' AND direction = 'inbound'"
    assert (ask(world, inbound), ask(world, inbound.replace("inbound'", "outbound'"))) == (MAILS, MAILS)
    assert ask(world, "SELECT count(*) FROM leads WHERE status <> 'replied'") == 0
    assert ask(world, "SELECT count(*) FROM emails WHERE replied_at IS NULL") == 0

    alerts = Counter(town.alerts())
    assert set(alerts) == set(range(MAILS)), "each answer is told"
    assert max(alerts.values()) <= 1 + KILLS
    assert alerts.total() <= MAILS + KILLS * THREADS

    assert ask(world, "SELECT count(*) FROM deliveries WHERE state NOT IN ('sent', 'skipped')") == 0
    assert ask(world, UNROUTED) == 0
    assert ask(world, "SELECT count(*) FROM inbox WHERE state <> 'done'", HOUSE) == 0
    assert world.sandbox.mail.poster.lost == []
    with world.ctx() as ctx:
        assert health(ctx).doubts == {}

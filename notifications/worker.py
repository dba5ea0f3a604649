"""The worker's composition: relays in threads, and a scheduler that only ticks."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event as Flag
from threading import Thread
from uuid import UUID

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from core.context import Clock
from core.db import Database
from core.enums import InboxKind
from notifications.bulk import BulkRunner
from notifications.claims import LEASE
from notifications.content import Content
from notifications.due import Due, due
from notifications.email import ConsoleMailSender, MailSender
from notifications.failures import Backoff
from notifications.housekeeping import Housekeeper
from notifications.inbox import InboxRunner, Processor
from notifications.incoming import MailProcessor
from notifications.mailing import MailSettings
from notifications.postman import Postman
from notifications.product import ProductContent
from notifications.relay import Relay
from notifications.reply_text import ReplyCutter
from notifications.schedules import Ticker
from notifications.sendgrid_events import EventsProcessor
from notifications.slack import Sender

log = structlog.get_logger()
THREADS = 4
"""Relays of one worker: each waits for Slack most of the time."""
INBOXES: Sequence[Sequence[InboxKind]] = (tuple(InboxKind), (InboxKind.MAIL,))
"""What each thread takes from the inbox: a mail that is hard to read holds up no events, and many events hold up no
answer."""
MAIL_THREADS = 2
"""Relays for mails alone: a SendGrid that does not answer must not keep back what is said in Slack."""
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0
CLEAN_EVERY = timedelta(hours=1)
EXPIRE_EVERY = timedelta(minutes=15)
PROFILES_EVERY = timedelta(hours=6)
TICK_EVERY = timedelta(seconds=15)
"""What is due at a local time leaves so much later at most; a demo's clock that jumped is noticed as soon."""


class ClockStandsStill(Exception):
    """Waiting did not make it later: the sleep and the clock do not belong together."""


class ShiftedClock:
    """Another clock, moved so that it shows a given moment now (`rapport worker --once --at`)."""

    def __init__(self, clock: Clock, at: datetime) -> None:
        self._clock, self._shift = clock, at - clock.now()

    def now(self) -> datetime:
        """The shifted moment, aware, in UTC."""
        return self._clock.now() + self._shift


class Worker:
    """Sends what is to be sent and keeps the database tidy."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sender: Sender,
        content: Content | None = None,
        *,
        mail_sender: MailSender | None = None,
        mail: MailSettings | None = None,
        backoff: Backoff | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        """Without a `mail_sender` mails are shown in the terminal."""
        self._database, self._clock, self._sender = database, clock, sender
        self._mail = mail or MailSettings()
        self._postman = Postman(mail_sender or ConsoleMailSender(), self._mail)
        self._content = content or ProductContent()
        self._backoff, self._lease = backoff, lease
        self._cutter = ReplyCutter()

    def serve(self, stop: Flag, threads: int = THREADS) -> None:
        """Work until `stop` is set; then calls under way are ended, and what they came to is written down."""
        relays = [Thread(target=self._relay_until, args=(stop, False), name=f"relay-{n}") for n in range(threads)]
        relays += [Thread(target=self._relay_until, args=(stop, True), name=f"mail-{n}") for n in range(MAIL_THREADS)]
        relays.append(Thread(target=self._bulk(self._clock).run_until, args=(stop,), name="bulk"))
        inboxes = [self._inbox(self._clock, kinds) for kinds in INBOXES]
        relays += [Thread(target=one.run_until, args=(stop,), name=f"inbox-{n}") for n, one in enumerate(inboxes)]
        ticks = self._scheduler()
        ticks.start()
        for relay in relays:
            relay.start()
        log.info("worker_started", threads=threads)
        try:
            stop.wait()
        finally:
            stop.set()
            ticks.shutdown(wait=True)
            for relay in relays:
                relay.join()
            self._cutter.close()
        log.info("worker_stopped")

    def run_once(
        self,
        at: datetime | None = None,
        *,
        only: Collection[UUID] | None = None,
        sleep: Callable[[float], object] = time.sleep,
        housekeeping: bool = False,
    ) -> int:
        """Do all that is due at `at` (aware; default: now), waiting where Slack's pace asks for it; how much was done.

        What failed and is to be tried later stays for later. `only` looks at no other workspaces; whose something in
        the inbox is, is not known before. `sleep` takes seconds. Raises ClockStandsStill where sleeping does not move
        the clock.
        """
        clock = self._clock if at is None else ShiftedClock(self._clock, at)
        if housekeeping:
            keeper = Housekeeper(self._database, clock)
            keeper.clean(only)
            keeper.expire_quotes(only)
            keeper.tell_health(only)
            keeper.follow_up_mails(only)
            keeper.refresh_profiles(only)
            keeper.keep_schedules(only)
        try:
            return self._do_all(clock, only, sleep)
        finally:
            self._cutter.close()

    def _do_all(self, clock: Clock, only: Collection[UUID] | None, sleep: Callable[[float], object]) -> int:
        relay, bulk, inbox = self._relay(clock), self._bulk(clock), self._inbox(clock)
        ticker = Ticker(self._database, clock)
        done = 0
        while found := self._due(clock, only):
            pieces = ticker.tick(only) if found.schedules else 0
            pieces += bulk.round(only) if found.bulk else 0
            pieces += inbox.round() if found.inbox else 0
            # Asked even where no post was due: what ended in trouble just now may have left one.
            pieces = pieces or _send_all(relay, clock, only, sleep)
            if not pieces:
                break
            done += pieces
        return done

    def _due(self, clock: Clock, only: Collection[UUID] | None) -> Due:
        with self._database.dispatcher() as session:
            return due(session, clock.now(), only)

    def _relay(self, clock: Clock, stop: Flag | None = None, carries: Sequence[bool] = (False, True)) -> Relay:
        return Relay(
            self._database,
            clock,
            self._sender,
            self._content,
            backoff=self._backoff,
            lease=self._lease,
            stop=stop,
            postman=self._postman,
            carries=carries,
        )

    def _bulk(self, clock: Clock) -> BulkRunner:
        return BulkRunner(self._database, clock, self._sender)

    def _inbox(self, clock: Clock, kinds: Sequence[InboxKind] = tuple(InboxKind)) -> InboxRunner:
        processors: Mapping[InboxKind, Processor] = {
            InboxKind.EVENTS: EventsProcessor(self._database, clock),
            InboxKind.MAIL: MailProcessor(self._database, clock, self._mail.inbound_domain, self._cutter),
        }
        return InboxRunner(self._database, clock, {kind: processors[kind] for kind in kinds})

    def _relay_until(self, stop: Flag, mails: bool) -> None:  # noqa: FBT001 - a thread's arguments have no names
        relay = self._relay(self._clock, stop, (mails,))
        while not stop.is_set():
            try:
                found = relay.round()
            except Exception:
                log.exception("relay_failed")
                stop.wait(TROUBLE_SECONDS)
                continue
            if found.done:
                continue
            pause = IDLE_SECONDS
            if found.free_at is not None:
                pause = min(pause, max((found.free_at - self._clock.now()).total_seconds(), 0.01))
            stop.wait(pause)

    def _scheduler(self) -> BackgroundScheduler:
        """Ticks in memory; what is due stands in tables, so a lost tick loses nothing."""
        keeper = Housekeeper(self._database, self._clock)
        scheduler = BackgroundScheduler(timezone="UTC")
        ticks = (
            (keeper.clean, CLEAN_EVERY),
            (keeper.expire_quotes, EXPIRE_EVERY),
            (keeper.tell_health, EXPIRE_EVERY),
            (keeper.follow_up_mails, EXPIRE_EVERY),
            (keeper.refresh_profiles, PROFILES_EVERY),
            (keeper.keep_schedules, CLEAN_EVERY),
        )
        for job, every in ticks:
            # The default grace of one second would drop a run whenever the machine is busy.
            scheduler.add_job(
                job, "interval", seconds=every.total_seconds(), jitter=60, misfire_grace_time=3600, coalesce=True
            )
        ticker = Ticker(self._database, self._clock)
        scheduler.add_job(
            ticker.tick, "interval", seconds=TICK_EVERY.total_seconds(), misfire_grace_time=3600, coalesce=True
        )
        # Once at the start: who was here before there were mornings gets one.
        scheduler.add_job(keeper.keep_schedules)
        return scheduler


def _send_all(relay: Relay, clock: Clock, only: Collection[UUID] | None, sleep: Callable[[float], object]) -> int:
    """Let a relay work until nothing is due for it, waiting where Slack's pace asks for it; how much it did.

    Raises ClockStandsStill.
    """
    done = 0
    while True:
        found = relay.round(only)
        done += found.done
        if found.done:
            continue
        if found.free_at is None:
            return done
        before = clock.now()
        sleep(max((found.free_at - before).total_seconds(), 0.001))
        if clock.now() <= before:
            raise ClockStandsStill

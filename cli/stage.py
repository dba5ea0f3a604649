"""What the demo consists of beside PostgreSQL: the simulator with its pages, the product, the worker, sample data."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from bot.client import SlackConnection
from bot.tokens import SingleToken
from cli.processes import WORKER_POOL
from core.db import Database
from notifications.email import SendGridSender
from notifications.mailing import GRACE, MailSettings
from notifications.slack import SlackSender
from notifications.worker import Worker
from sandbox.clock import SandboxClock
from sandbox.defaults import BOT_TOKEN, SIGNING_SECRET, northwind
from sandbox.old_mail import restore
from sandbox.sample_company import ensure_sample_company
from sandbox.sample_company_mail import DOMAIN, SENDER
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from web.app import create_app
from web.logs import configure_logs
from web.loopback import serving
from web.manifest import manifest
from web.parts import LATER_THREADS, POOL_SIZE, Parts

CLOCK_FILE = "clock"


SITE = "https://rapport.example"
"""Where the demo's records are linked to: an address that leads nowhere, since all of it happens in the simulator."""


@contextmanager
def on_stage(database_url: str, folder: Path, port: int) -> Iterator[str]:
    """Run everything while the context is open; gives the page's address."""
    configure_logs("WARNING")
    with ExitStack() as stack:
        sandbox = Sandbox(clock=SandboxClock(folder / CLOCK_FILE))
        server = stack.enter_context(SandboxServer(sandbox, port))
        parts = demo_parts(database_url, sandbox, server)
        stack.callback(parts.close)
        product = stack.enter_context(serving(create_app(parts)))
        sandbox.mail.account.serve(product, SITE, DOMAIN)
        sandbox.mail.start()
        team = northwind(manifest(SITE), request_url=f"{product}/slack/events")
        ensure_sample_company(parts.database, sandbox.clock, team)
        sandbox.add_team(team)
        mail = MailSettings(mail_from=SENDER, inbound_domain=DOMAIN, site=SITE, secret=parts.secret, grace=GRACE)
        restore(parts.database, sandbox.clock, team, sandbox.mail, mail)
        mails = SendGridSender(sandbox.mail.account.api_key, server.url, sandbox.clock)
        stack.enter_context(working(parts, database_url, mails, mail))
        yield server.url


@contextmanager
def working(parts: Parts, database_url: str, mails: SendGridSender, mail: MailSettings) -> Iterator[None]:
    """The worker in threads of its own, while the context is open."""
    database, stop = Database(database_url, pool_size=WORKER_POOL), Event()
    worker = Worker(database, parts.clock, SlackSender(parts.slack, parts.tokens), mail_sender=mails, mail=mail)
    thread = Thread(target=worker.serve, args=(stop,), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        database.dispose()


def demo_parts(database_url: str, sandbox: Sandbox, server: SandboxServer) -> Parts:
    """The product's parts, with the simulator for Slack and SendGrid, and its clock for time."""
    slack = SlackConnection(server.api_url)
    return Parts(
        signing_secret=SIGNING_SECRET,
        tokens=SingleToken(slack, BOT_TOKEN),
        database=Database(database_url, pool_size=POOL_SIZE),
        clock=sandbox.clock,
        slack=slack,
        later=ThreadPoolExecutor(LATER_THREADS, thread_name_prefix="later"),
        site=SITE,
        events_key=sandbox.mail.poster.events_signer.public_key,
        inbound_key=sandbox.mail.poster.inbound_signer.public_key,
        secret=secrets.token_urlsafe(),
    )

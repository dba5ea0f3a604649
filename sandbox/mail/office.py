"""The post office: takes what the app sends, keeps everybody's mailbox, and brings back what happens."""

import time
from collections.abc import Sequence
from email.message import EmailMessage
from threading import Condition, Event, Thread

from sandbox.clock import SandboxClock
from sandbox.faults import Faults
from sandbox.jsons import JsonObject, as_object, is_true
from sandbox.mail import event_wire
from sandbox.mail.composing import WIRE, Made, make_mails, new_provider_id
from sandbox.mail.inbound_wire import CONTENT_TYPE, Envelope, parsed_post, raw_post
from sandbox.mail.model import Account, Fate, Folder, Line, Mail, Sent
from sandbox.mail.posting import Poster
from sandbox.mail.threads import Thread as MailThread
from sandbox.mail.threads import threads_of
from sandbox.mail.writing import read

BACKGROUND_SECONDS = 0.3


class NoSuchMailError(LookupError):
    """Someone asked for a mail the post office does not have."""


class PostOffice:
    """Everybody's mail. Its lock is never held while the app is called."""

    def __init__(self, clock: SandboxClock, faults: Faults) -> None:
        """Open with empty mailboxes."""
        self.clock, self.faults = clock, faults
        self.account, self.line = Account(), Line()
        self.poster = Poster(self.account, self.line, clock, faults)
        self.poster.changed = self.touch
        self.changed = Condition()
        self.rev = 1
        self.mails: list[Mail] = []
        self.fates: dict[str, Fate] = {}
        """What becomes of mail to an address; others are delivered."""
        self.refused: list[str] = []
        """Why requests to send were answered 4xx."""
        self._count = 0
        self._stop = Event()
        self._carrier: Thread | None = None

    # -- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Post webhooks in the background from now on, as SendGrid does by itself."""
        self._carrier = Thread(target=self._carry, name="sandbox-mail", daemon=True)
        self._carrier.start()

    def close(self) -> None:
        """Stop, and let go of connections."""
        self._stop.set()
        if self._carrier is not None:
            self._carrier.join(5)
        self.poster.close()

    def forget(self) -> None:
        """Empty every mailbox and all that was on its way; the account and its webhooks stay."""
        with self.changed:
            self.mails.clear()
            self.fates.clear()
            self.refused.clear()
        self.account.suppressed.clear()
        self.account.inbound_raw = True
        self.line.__dict__.update(Line().__dict__)
        self.poster.forget()
        self.touch()

    def _carry(self) -> None:
        while not self._stop.wait(BACKGROUND_SECONDS):
            self.poster.flush()

    def touch(self) -> None:
        """Tell the waiting pages that something changed."""
        with self.changed:
            self.rev += 1
            self.changed.notify_all()

    def wait_for_change(self, since: int, timeout: float) -> None:
        """Return at once when something changed after revision `since`, else after `timeout` seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.rev != since, timeout)

    def settle(self, timeout: float = 10.0) -> int:
        """Post until nothing is due; how many posts that were. Retries that wait for their time do not count."""
        until, done = time.monotonic() + timeout, 0
        while sent := self.poster.flush():
            done += sent
            if time.monotonic() > until:
                message = f"webhooks were still due after {timeout} s"
                raise TimeoutError(message)
        return done

    # -- from the app to people -----------------------------------------------------------------------------------

    def accept(self, body: JsonObject) -> str:
        """Take a request that was found good; returns its `X-Message-Id`. In sandbox mode nothing is sent."""
        provider_id = new_provider_id()
        if not is_true(as_object(as_object(body.get("mail_settings")).get("sandbox_mode")).get("enable")):
            for made in make_mails(body, provider_id, self.clock.now()):
                self._deliver(made)
            self.touch()
        return provider_id

    def _deliver(self, made: Made) -> None:
        box, now = made.sent.to.lower(), self.clock.unix()
        mail = self.keep(box, "inbox", made.raw, made.sent)
        why = self.account.suppressed.get(box)
        if why is not None:
            self._not_arrived(mail, [event_wire.dropped(made.sent, now, why)])
            return
        fate = self.fates.get(box, "deliver")
        begun = event_wire.processed(made.sent, now)
        if fate == "deliver":
            self.tell(mail, [begun, event_wire.delivered(made.sent, now + 1)])
        elif fate == "vanish":
            mail.arrived = False
        elif fate == "defer":
            self._not_arrived(mail, [begun, event_wire.deferred(made.sent, now + 1, 1)])
        else:
            blocked = fate == "block"
            self._not_arrived(mail, [begun, event_wire.bounce(made.sent, now + 1, blocked=blocked)])
            if not blocked:
                self.account.suppressed[box] = "Bounced Address"

    def _not_arrived(self, mail: Mail, events: Sequence[JsonObject]) -> None:
        mail.arrived = False
        self.tell(mail, events)

    def tell(self, mail: Mail, events: Sequence[JsonObject]) -> None:
        """Have events of a mail sent to the app, and note them on the mail."""
        with self.changed:
            mail.said.extend(str(one["event"]) for one in events)
        self.poster.add_events(events)
        self.touch()

    # -- from people to the app -----------------------------------------------------------------------------------

    def send(self, box: str, message: EmailMessage, envelope: Envelope) -> Mail:
        """Send a person's mail. To the parse domain it is posted to the app; anywhere else it leaves our sight."""
        mail = self.keep(box, "sent", message.as_bytes(policy=WIRE))
        domain = f"@{self.account.inbound_domain.lower()}"
        ours = [one for one in envelope.to if self.account.inbound_domain and one.lower().endswith(domain)]
        if ours:
            post = raw_post if self.account.inbound_raw else parsed_post
            known = Envelope(ours, envelope.sender, envelope.spf, envelope.dkim)
            self.poster.add_mail(post(mail.parsed, known), CONTENT_TYPE, f"{box}: {mail.parsed['Subject']}")
        else:
            mail.said.append("strayed")
        self.touch()
        return mail

    # -- keeping and finding --------------------------------------------------------------------------------------

    def keep(self, box: str, folder: Folder, raw: bytes, sent: Sent | None = None, at: float | None = None) -> Mail:
        """Put a mail into somebody's mailbox; `at`: when it came, unix seconds, by default now."""
        with self.changed:
            self._count += 1
            mail = Mail(
                id=f"m{self._count}",
                box=box.lower(),
                folder=folder,
                raw=raw,
                parsed=read(raw),
                at=self.clock.unix() if at is None else at,
                sent=sent,
                read=folder == "sent",
            )
            self.mails.append(mail)
        return mail

    def mail(self, mail_id: str) -> Mail:
        """A mail by its id. Raises NoSuchMailError."""
        with self.changed:
            found = next((one for one in self.mails if one.id == mail_id), None)
        if found is None:
            message = f"there is no mail {mail_id}"
            raise NoSuchMailError(message)
        return found

    def boxes(self) -> dict[str, list[Mail]]:
        """Every mailbox with its mails, oldest first; the one with the newest mail first."""
        with self.changed:
            held: dict[str, list[Mail]] = {}
            for mail in self.mails:
                held.setdefault(mail.box, []).append(mail)
        return dict(sorted(held.items(), key=lambda item: -item[1][-1].at))

    def threads(self, box: str) -> list[MailThread]:
        """A mailbox as a mail program shows it: conversations, the one with the newest mail first."""
        return threads_of(self.boxes().get(box.lower(), []))

    def resolve(self, url: str) -> str:
        """Where an address out of a mail is really served."""
        for site, served in self.account.sites.items():
            if url.startswith(site):
                return served + url.removeprefix(site)
        return url

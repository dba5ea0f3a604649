"""Everybody's mailboxes in a test's hands: find a mail, open it, answer it, complain about it.

    mail = world.mailbox.last("zoe@limafoods.com")
    mail.open()
    mail.reply("Gerne, passt Dienstag?", language="de")
    world.settle()

Every act has been posted to the app, signed, when it returns; what the app's worker makes of it comes with `settle`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from email.message import EmailMessage

from sandbox.driver.errors import NotOnScreenError
from sandbox.mail import people
from sandbox.mail.model import Fate, Mail, Posted
from sandbox.mail.office import PostOffice
from sandbox.mail.people import Proof, UnsubscribeWay
from sandbox.mail.quoting import Style
from sandbox.mail.writing import Attachment, Letter, html_text, plain_text

FORGED = Proof("softfail", "none")
"""A sender nobody vouches for."""


class MailHandle:
    """One mail in somebody's mailbox, and what its owner can do with it."""

    def __init__(self, office: PostOffice, mail: Mail) -> None:
        """Hold `mail`."""
        self._office, self._mail = office, mail

    def __repr__(self) -> str:
        """Show whose it is and what it says."""
        return f"<Mail {self._mail.folder} of {self._mail.box}: {self.subject!r} {self.text[:80]!r}>"

    @property
    def parsed(self) -> EmailMessage:
        """The mail itself."""
        return self._mail.parsed

    @property
    def raw(self) -> bytes:
        """The mail as it travelled."""
        return self._mail.raw

    @property
    def box(self) -> str:
        """Whose mailbox it is in."""
        return self._mail.box

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.parsed["Subject"] or "")

    @property
    def text(self) -> str:
        """Its plain text."""
        return plain_text(self.parsed)

    @property
    def html(self) -> str:
        """Its HTML, empty where it has none."""
        return html_text(self.parsed)

    @property
    def links(self) -> list[str]:
        """Its links from top to bottom, without those that are not tracked."""
        return people.links(self._mail)

    @property
    def message_id(self) -> str:
        """Its Message-ID, with angle brackets."""
        return str(self.parsed["Message-ID"])

    @property
    def custom_args(self) -> dict[str, object]:
        """What the app gave it to be told apart by."""
        return dict(self._mail.sent.custom_args) if self._mail.sent is not None else {}

    @property
    def arrived(self) -> bool:
        """Whether it is in the mailbox, rather than bounced, dropped or waiting."""
        return self._mail.arrived

    @property
    def said(self) -> list[str]:
        """What happened to it so far: names of events, and acts such as `replied`."""
        return list(self._mail.said)

    def header(self, name: str) -> str:
        """A header's value, empty where it is missing."""
        return str(self.parsed[name] or "")

    def thread(self) -> list["MailHandle"]:
        """The conversation it stands in, as the owner's mail program shows it, oldest first."""
        for one in self._office.threads(self.box):
            if self._mail in one.mails:
                return [MailHandle(self._office, mail) for mail in one.mails]
        return [self]

    # -- acts ---------------------------------------------------------------------------------------------------------

    def open(self, *, machine: bool = False) -> None:
        """Open it; with `machine`, a privacy proxy loads its picture instead."""
        self._do(lambda: people.open_mail(self._office, self._mail, machine=machine))

    def click(self, number: int = 1) -> None:
        """Follow its how-manieth link; 1 is the first."""
        self._do(lambda: people.click(self._office, self._mail, number))

    def scan(self) -> None:
        """A company's scanner opens it and follows every link at once."""
        self._do(lambda: people.scan(self._office, self._mail))

    def reply(
        self,
        text: str,
        *,
        language: str = "en",
        style: Style = "gmail",
        from_address: str = "",
        attachment: Attachment | Sequence[Attachment] = (),
        html: str = "",
        charset: str = "utf-8",
        proof: Proof = Proof(),  # noqa: B008 - frozen
        to: str = "",
    ) -> "MailHandle":
        """Answer it. `from_address`: somebody else answers; `to`: not to its Reply-To but there."""
        files = [attachment] if isinstance(attachment, Attachment) else list(attachment)

        def answer() -> Mail:
            return people.answer(
                self._office,
                self._mail,
                text,
                sender=from_address,
                language=language,
                style=style,
                html=html,
                attachments=files,
                charset=charset,
                proof=proof,
                to=to,
            )

        return self._sent(answer)

    def out_of_office(self, until: date | None = None, language: str = "en") -> "MailHandle":
        """The mailbox answers that nobody is there; `until`: the last day away, where it names one."""
        return self._sent(lambda: people.be_away(self._office, self._mail, until, language))

    def delivery_notice(self) -> "MailHandle":
        """The recipient's server writes that it could not deliver: a mail, not an event."""
        return self._sent(lambda: people.return_to_sender(self._office, self._mail))

    def bounce(self, *, blocked: bool = False) -> None:
        """It comes back after it seemed delivered: hard, or blocked."""
        self._do(lambda: people.bounce(self._office, self._mail, blocked=blocked))

    def drop(self, reason: str = "Bounced Address") -> None:
        """SendGrid says it never sent it."""
        self._do(lambda: people.drop(self._office, self._mail, reason))

    def defer(self, attempt: int = 1) -> None:
        """The recipient's server asks to come again."""
        self._do(lambda: people.defer(self._office, self._mail, attempt))

    def arrive(self) -> None:
        """A mail that was kept waiting is delivered after all."""
        self._do(lambda: people.arrive(self._office, self._mail))

    def spam(self) -> None:
        """Report it as spam."""
        self._do(lambda: people.report_spam(self._office, self._mail))

    def unsubscribe(self, way: UnsubscribeWay = "header") -> int:
        """Unsubscribe: `header` (the mail program's button), `page`, or SendGrid's own `sendgrid` and `group`.

        Returns the status of the last answer, 0 where no page was asked.
        """
        status = people.unsubscribe(self._office, self._mail, way)
        self._office.settle()
        return status

    def _do(self, work: Callable[[], object]) -> None:
        work()
        self._office.settle()

    def _sent(self, work: Callable[[], Mail]) -> "MailHandle":
        mail = work()
        self._office.settle()
        return MailHandle(self._office, mail)


class Mailbox:
    """All mailboxes of a sandbox."""

    def __init__(self, office: PostOffice) -> None:
        """Look into `office`."""
        self.office = office

    def mails(self, address: str = "", *, folder: str = "inbox") -> list[MailHandle]:
        """What somebody was sent, or everybody, oldest first; mails that bounced or wait included."""
        wanted = address.lower()
        with self.office.changed:
            found = [one for one in self.office.mails if one.folder == folder and wanted in ("", one.box)]
        return [MailHandle(self.office, one) for one in found]

    def last(self, address: str = "") -> MailHandle:
        """The newest mail somebody was sent. Raises NotOnScreenError where there is none."""
        found = self.mails(address)
        if not found:
            raise NotOnScreenError(f"a mail to {address or 'anybody'}", "\n".join(map(repr, self.mails())))
        return found[-1]

    def find(self, text: str, address: str = "") -> MailHandle:
        """The newest mail with this in its subject or text. Raises NotOnScreenError where there is none."""
        for mail in reversed(self.mails(address)):
            if text in mail.subject or text in mail.text:
                return mail
        raise NotOnScreenError(f"a mail with {text!r}", "\n".join(map(repr, self.mails(address))))

    def threads(self, address: str) -> list[list[MailHandle]]:
        """Somebody's conversations, the one with the newest mail first; each oldest mail first."""
        return [[MailHandle(self.office, mail) for mail in one.mails] for one in self.office.threads(address)]

    def write(
        self,
        sender: str,
        to: str,
        subject: str = "",
        text: str = "",
        *,
        html: str = "",
        attachments: Sequence[Attachment] = (),
        headers: Sequence[tuple[str, str]] = (),
        proof: Proof = Proof(),  # noqa: B008 - frozen
    ) -> MailHandle:
        """Anybody writes to anybody, out of the blue."""
        letter = Letter(sender, to, subject, text, html, tuple(attachments), headers=tuple(headers))
        mail = people.write(self.office, letter, proof=proof)
        self.office.settle()
        return MailHandle(self.office, mail)

    def set_fate(self, address: str, fate: Fate) -> None:
        """What becomes of mail to an address from now on: deliver, bounce, block, defer or vanish."""
        self.office.fates[address.lower()] = fate

    def settle(self) -> int:
        """Have everything posted that is due; how many posts that were."""
        return self.office.settle()

    @property
    def posted(self) -> list[Posted]:
        """The posts to the app's webhooks so far."""
        return list(self.office.poster.posted)

    @property
    def lost(self) -> list[Posted]:
        """What the app turned away for good."""
        return list(self.office.poster.lost)

    @property
    def refused(self) -> list[str]:
        """What the app asked to send and was answered 4xx."""
        return list(self.office.refused)

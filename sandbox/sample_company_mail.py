"""Mails in the sample company's story: templates, what was written, what became of it, and what came back.

The plan has dice of its own, so that the rest of the story is the same with and without it.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from core.context import SYSTEM, Actor, Ctx
from core.emails import drafts, events, replies, sending, templates
from core.emails.drafts import EmailInput
from core.emails.events import Happened
from core.emails.replies import IncomingMail
from core.emails.templates import TemplateInput
from core.enums import EntityType, MailKind
from core.models import Email
from sandbox import sample_company_steps as steps
from sandbox.mail.composing import message_id_of
from sandbox.sample_company_data import COMPANIES
from sandbox.sample_company_steps import Made
from sandbox.sample_company_story import Step

SENDER, DOMAIN = "sales@northwind.example", "in.northwind.example"
FOOTER = "Northwind Robotics, Rua do Cais 12, Lisboa"
SEED = 11
WRITTEN_LEADS, WRITTEN_DEALS = 14, 8
"""How many of the open leads and deals were written to."""
FATES = ("delivered", "opened", "answered", "clicked", "opened", "away", "answered", "bounced")
NAMESPACE = UUID("6f1c2f0a-3c57-4a0e-9a61-5d2a4ad1b7c9")

TEMPLATES: tuple[TemplateInput, ...] = (
    TemplateInput(
        "First contact",
        "Robots for {{company|your company}}",
        "Hello {{first_name}},\n\nthank you for your interest in our picking cell. It works beside people, without a "
        "fence, and is set up within two days.\n\nThree minutes of it at work: https://northwind.example/picking-cell\n\n"
        "Would you have fifteen minutes this week for a call?\n\nBest wishes\n{{sender_name}}",
    ),
    TemplateInput(
        "Erstkontakt",
        "Roboter für {{company|Ihr Unternehmen}}",
        "Guten Tag {{name}},\n\nvielen Dank für Ihr Interesse an unserer Kommissionierzelle. Sie arbeitet ohne Zaun "
        "neben Menschen und steht in zwei Tagen.\n\nDrei Minuten davon: https://northwind.example/kommissionierzelle\n\n"
        "Passt Ihnen diese Woche ein kurzes Gespräch?\n\nViele Grüße\n{{sender_name}}",
    ),
    TemplateInput(
        "After our call",
        "What we talked about",
        "Hello {{first_name}},\n\nthank you for your time. As promised, the floor plan to start from: "
        "https://northwind.example/floor-plan\n\nI will call you next week about the numbers.\n\nBest wishes\n"
        "{{sender_name}}",
    ),
    TemplateInput(
        "Checking in",
        "Still of interest?",
        "Hello {{first_name}},\n\nI have not heard from you for a while. Is this still something for "
        "{{company|your company}}, or shall I come back next year?\n\nBest wishes\n{{sender_name}}",
    ),
    TemplateInput(
        "Quote",
        "Our quote {{quote}}",
        "Hello {{first_name}},\n\nhere is our quote {{quote}} about {{quote_total}}.\n\nPlease tell me what you think "
        "of it.\n\nBest wishes\n{{sender_name}}",
    ),
)

ANSWERS: tuple[str, ...] = (
    "Hi,\n\nthat looks interesting. Could you send me a price for two cells?\n\nThanks",
    "Thanks for the plan. The conveyor on our side is 20 cm lower, does that matter?",
    "Not this quarter, sorry. Please ask again in spring.",
    "Good timing. Tuesday at ten works for me, and our plant manager would join.",
    "We also look at two other makers. What about service at night?",
    "I have passed it on to our controller, who will be in touch.",
)
GERMAN_ANSWERS = (
    "Guten Tag,\n\ndas klingt interessant. Was kosten zwei Zellen?\n\nMit freundlichen Grüßen",
    "Gerne, Dienstag um zehn passt. Unser Werkleiter kommt dazu.",
)
LATEST = ANSWERS[3], ANSWERS[0]
"""These wait to be answered."""
QUESTION = IncomingMail(
    key="sample-unknown",
    kind=MailKind.HUMAN,
    recipients=(f"sales@{DOMAIN}",),
    from_address="astrid.lund@fjordpack.example",
    from_name="Astrid Lund",
    subject="Do you ship to Norway?",
    message_id="<20.astrid@fjordpack.example>",
    thread_ids=(),
    body="Hello,\n\nwe saw your palletising line at a customer of ours in Bergen. Do you ship to Norway?\n\nAstrid",
    new_words="Hello,\n\nwe saw your palletising line at a customer of ours in Bergen. Do you ship to Norway?",
    cut=True,
    received_at=datetime.min.replace(tzinfo=UTC),
)
"""A mail that answers none of ours: somebody has to say whose it is."""


@dataclass
class Span:
    """Somebody who is spoken with: the first and the last call so far."""

    entity: str
    key: str
    keeper: Actor
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Written:
    """A mail of the plan: to whom, when, from which template, and what becomes of it."""

    span: Span
    at: datetime
    template: str
    fate: str
    """delivered, opened, clicked, answered, waiting, away or bounced."""
    answer: str = ""


def with_mails(story: Sequence[Step], now: datetime) -> list[Step]:
    """The story with mails in it, in the order of time."""
    return sorted((*story, *_mails(_spans(story), now)), key=lambda step: step.at)


def _spans(story: Sequence[Step]) -> list[Span]:
    """Those who were called more than once and with whom nothing has ended yet."""
    found: dict[str, Span] = {}
    endings = (steps.convert, steps.lose_lead, steps.win, steps.lose)
    ended = {step.told[0] for step in story if step.do in endings}
    for step in story:
        if step.do is steps.log_call:
            entity, key = str(step.told[0]), str(step.told[1])
            span = found.setdefault(key, Span(entity, key, step.actor, step.at, step.at))
            span.last = step.at
    return [span for span in found.values() if span.first < span.last and span.key not in ended]


def _mails(spans: Sequence[Span], now: datetime) -> Iterator[Step]:
    dice = random.Random(SEED)  # noqa: S311 - a story
    leads = [one for one in spans if one.entity == EntityType.LEAD][:WRITTEN_LEADS]
    deals = [one for one in spans if one.entity == EntityType.DEAL][:WRITTEN_DEALS]
    for nth, span in enumerate((*leads, *deals)):
        fate = FATES[nth % len(FATES)]
        template, answers = ("Erstkontakt", GERMAN_ANSWERS) if _is_german(span) else ("First contact", ANSWERS)
        if span.entity == EntityType.DEAL:
            template, answers, fate = "After our call", ANSWERS, "opened" if fate == "bounced" else fate
        at = span.first + (span.last - span.first) * dice.uniform(0.2, 0.5)
        yield from _course(Written(span, at, template, fate, answers[nth % len(answers)]), at + timedelta(hours=4))
    busiest = Counter(one.keeper.member_id for one in spans).most_common(1)[0][0]
    waiting = next(one for one in reversed(leads) if one.keeper.member_id == busiest)
    for nth, span in enumerate((waiting, deals[-1])):
        at = now - timedelta(hours=26 + nth)
        yield from _course(Written(span, at, "Checking in", "waiting", LATEST[nth]), now - timedelta(hours=3 - nth))
    yield Step(now - timedelta(hours=5), SYSTEM, take_in_unknown, ())


def _is_german(span: Span) -> bool:
    """Whether it is a lead of a company in Germany (the story names its leads by their number)."""
    kind, _, number = span.key.partition(" ")
    return kind == "lead" and COMPANIES[int(number) % len(COMPANIES)][1] == "DE"


def _course(mail: Written, answered_at: datetime) -> Iterator[Step]:
    """One mail and what follows, in the order of time."""
    name, at = f"mail {mail.span.key} {mail.template}", mail.at
    yield Step(at, mail.span.keeper, write, (name, mail))
    if mail.fate == "bounced":
        yield Step(at + timedelta(seconds=40), SYSTEM, happen, (name, "bounce"))
        return
    yield Step(at + timedelta(seconds=20), SYSTEM, happen, (name, "delivered"))
    if mail.fate == "away":
        yield Step(at + timedelta(minutes=1), SYSTEM, be_away, (name,))
        return
    if mail.fate != "delivered":
        yield Step(at + timedelta(minutes=47), SYSTEM, happen, (name, "open"))
    if mail.fate in ("clicked", "answered"):
        yield Step(at + timedelta(minutes=49), SYSTEM, happen, (name, "click"))
    if mail.fate in ("answered", "waiting"):
        yield Step(answered_at, SYSTEM, reply, (name, mail.answer))
    if mail.fate == "answered":
        yield Step(answered_at + timedelta(hours=1), mail.span.keeper, deal_with, (name,))


# -- steps ----------------------------------------------------------------------------------------------------------


def add_templates(ctx: Ctx) -> None:
    """The templates, made by an administrator."""
    for one in TEMPLATES:
        templates.create(ctx, one)


def write(ctx: Ctx, made: Made, name: str, mail: Written) -> None:
    """Send a mail from a template; the provider takes it at once."""
    template = next(one for one in TEMPLATES if one.name == mail.template)
    email = drafts.send(ctx, mail.span.entity, made[mail.span.key], EmailInput(template.subject, template.body))
    sending.begin(ctx, email)
    provider_id = uuid5(NAMESPACE, email.id.hex).hex[:22]
    sending.took(ctx, email, provider_id)
    email.from_address, email.message_id = SENDER, message_id_of(provider_id)
    made[name] = email.id


def happen(ctx: Ctx, made: Made, name: str, kind: str) -> None:
    """The provider tells of a mail."""
    email = _email(ctx, made, name)
    reason = "550 5.1.1 The email account that you tried to reach does not exist." if kind == "bounce" else ""
    detail = {"event": kind, "smtp-id": email.message_id} | ({"type": "bounce"} if kind == "bounce" else {})
    told = Happened(
        key=f"{kind}-{email.id}",
        kind=kind,
        address=email.to_address,
        at=ctx.now,
        email_id=email.id,
        url="https://northwind.example/picking-cell" if kind == "click" else "",
        reason=reason,
        detail=detail,
    )
    events.apply(ctx, [told])


def reply(ctx: Ctx, made: Made, name: str, words: str) -> None:
    """The prospect answers."""
    made[f"answer to {name}"] = _receive(ctx, _email(ctx, made, name), MailKind.HUMAN, words)


def be_away(ctx: Ctx, made: Made, name: str) -> None:
    """The prospect's server answers that nobody is there."""
    back = (ctx.now + timedelta(days=9)).date()
    text = f"Thank you for your message. I am out of the office until {back:%d %B %Y}."
    _receive(ctx, _email(ctx, made, name), MailKind.AWAY, text)


def deal_with(ctx: Ctx, made: Made, name: str) -> None:
    """The keeper answered by telephone."""
    replies.done(ctx, made[f"answer to {name}"])


def take_in_unknown(ctx: Ctx, _made: Made) -> None:
    """Somebody nobody knows writes."""
    replies.receive(ctx, replace(QUESTION, received_at=ctx.now), DOMAIN)


def _receive(ctx: Ctx, email: Email, kind: MailKind, text: str) -> UUID:
    quote = "\n".join(f"> {line}" for line in email.body.splitlines())
    incoming = IncomingMail(
        key=f"sample-{email.id}",
        kind=kind,
        recipients=(f"r+{email.token}@{DOMAIN}",),
        from_address=email.to_address,
        from_name=email.to_name,
        subject=f"Re: {email.subject}",
        message_id=f"<{uuid5(NAMESPACE, email.id.hex).hex}@{email.to_address.rpartition('@')[2]}>",
        thread_ids=(email.message_id,),
        body=f"{text}\n\nOn {ctx.now:%d %B %Y}, {email.from_name} <{SENDER}> wrote:\n{quote}",
        new_words=text,
        cut=True,
        received_at=ctx.now,
        away_until=(ctx.now + timedelta(days=9)).date() if kind is MailKind.AWAY else None,
    )
    inbound = replies.receive(ctx, incoming, DOMAIN)
    if inbound is None:
        raise LookupError(incoming.key)
    return inbound.id


def _email(ctx: Ctx, made: Made, name: str) -> Email:
    email = ctx.session.get(Email, (ctx.workspace.id, made[name]))
    if email is None:
        raise LookupError(name)
    return email

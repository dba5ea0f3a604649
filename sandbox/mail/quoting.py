"""How mail programs set the answered mail below a reply, in the languages and styles people meet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Style = Literal["gmail", "outlook", "iphone", "thunderbird", "below", "none"]
"""`below`: the reply stands under the quote; `none`: nothing is quoted."""
STYLES: tuple[Style, ...] = ("gmail", "outlook", "iphone", "thunderbird", "below", "none")


@dataclass(frozen=True)
class Words:
    """A language's words: patterns with `{when}`, `{who}` and `{mail}`."""

    attribution: str
    """Above a quote, as Gmail writes it."""
    thunderbird: str
    outlook: tuple[str, str, str, str]
    """From, Sent, To, Subject."""
    iphone: str
    months: tuple[str, ...]
    day: str
    """A day in words: `{day}`, `{month}`, `{year}`."""
    away_subject: str
    away: str
    """`{until}`: the last day away."""
    away_open: str
    """Without a day."""


def _months(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LANGUAGES: dict[str, Words] = {
    "en": Words(
        "On {when}, {who} <{mail}> wrote:",
        "On {when}, {who} wrote:",
        ("From", "Sent", "To", "Subject"),
        "Sent from my iPhone",
        _months("January February March April May June July August September October November December"),
        "{day} {month} {year}",
        "Automatic reply: {subject}",
        "Thank you for your message. I am out of the office until {until} and will answer when I am back.",
        "Thank you for your message. I am out of the office at the moment.",
    ),
    "de": Words(
        "Am {when} schrieb {who} <{mail}>:",
        "Am {when} schrieb {who}:",
        ("Von", "Gesendet", "An", "Betreff"),
        "Von meinem iPhone gesendet",
        _months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        "{day}. {month} {year}",
        "Automatische Antwort: {subject}",
        "Vielen Dank für Ihre Nachricht. Ich bin bis zum {until} nicht im Büro und melde mich danach.",
        "Vielen Dank für Ihre Nachricht. Ich bin derzeit nicht im Büro.",
    ),
    "fr": Words(
        "Le {when}, {who} <{mail}> a écrit :",
        "Le {when}, {who} a écrit :",
        ("De", "Envoyé", "À", "Objet"),
        "Envoyé de mon iPhone",
        _months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        "{day} {month} {year}",
        "Réponse automatique : {subject}",
        "Merci de votre message. Je suis absent du bureau jusqu'au {until}.",
        "Merci de votre message. Je suis actuellement absent du bureau.",
    ),
    "es": Words(
        "El {when}, {who} (<{mail}>) escribió:",
        "El {when}, {who} escribió:",
        ("De", "Enviado", "Para", "Asunto"),
        "Enviado desde mi iPhone",
        _months("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        "{day} de {month} de {year}",
        "Respuesta automática: {subject}",
        "Gracias por su mensaje. Estaré fuera de la oficina hasta el {until}.",
        "Gracias por su mensaje. En este momento estoy fuera de la oficina.",
    ),
    "da": Words(
        "Den {when} skrev {who} <{mail}>:",
        "Den {when} skrev {who}:",
        ("Fra", "Sendt", "Til", "Emne"),
        "Sendt fra min iPhone",
        _months("januar februar marts april maj juni juli august september oktober november december"),
        "{day}. {month} {year}",
        "Automatisk svar: {subject}",
        "Tak for din besked. Jeg er ikke på kontoret før den {until}.",
        "Tak for din besked. Jeg er ikke på kontoret i øjeblikket.",
    ),
    "nl": Words(
        "Op {when} schreef {who} <{mail}>:",
        "Op {when} schreef {who}:",
        ("Van", "Verzonden", "Aan", "Onderwerp"),
        "Verstuurd vanaf mijn iPhone",
        _months("januari februari maart april mei juni juli augustus september oktober november december"),
        "{day} {month} {year}",
        "Automatisch antwoord: {subject}",
        "Bedankt voor uw bericht. Ik ben afwezig tot {until}.",
        "Bedankt voor uw bericht. Ik ben momenteel afwezig.",
    ),
    "pl": Words(
        "{when} {who} <{mail}> napisał(a):",
        "W dniu {when} {who} pisze:",
        ("Od", "Wysłano", "Do", "Temat"),
        "Wysłane z iPhone'a",
        _months("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"),
        "{day} {month} {year}",
        "Odpowiedź automatyczna: {subject}",
        "Dziękuję za wiadomość. Jestem poza biurem do {until}.",
        "Dziękuję za wiadomość. Jestem obecnie poza biurem.",
    ),
    "sv": Words(
        "Den {when} skrev {who} <{mail}>:",
        "Den {when} skrev {who}:",
        ("Från", "Skickat", "Till", "Ämne"),
        "Skickat från min iPhone",
        _months("januari februari mars april maj juni juli augusti september oktober november december"),
        "{day} {month} {year}",
        "Autosvar: {subject}",
        "Tack för ditt meddelande. Jag är inte på kontoret förrän den {until}.",
        "Tack för ditt meddelande. Jag är inte på kontoret just nu.",
    ),
}


@dataclass(frozen=True)
class Answered:
    """The mail a reply answers, as far as quotes tell of it."""

    who: str
    mail: str
    to: str
    subject: str
    at: datetime
    text: str


def words_of(language: str) -> Words:
    """A language's words. Raises KeyError, which names the languages there are, for others."""
    if language not in LANGUAGES:
        raise KeyError(f"no mail program speaks {language!r} here; one of: {', '.join(LANGUAGES)}")
    return LANGUAGES[language]


def day_in_words(day: date, language: str) -> str:
    """A date as people write it."""
    words = words_of(language)
    return words.day.format(day=day.day, month=words.months[day.month - 1], year=day.year)


def quoted(text: str, answered: Answered, language: str, style: Style) -> str:
    """A reply's text with the answered mail quoted the way a program and language do."""
    return _STYLES[style](text.rstrip(), answered, words_of(language), language)


def _moment(answered: Answered, language: str) -> str:
    clock = answered.at.strftime("%H:%M")
    day = day_in_words(answered.at.date(), language)
    return f"{day} um {clock}" if language == "de" else f"{day} {clock}"


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() if not line.startswith(">") else f">{line}" for line in text.splitlines())


def _gmail(text: str, answered: Answered, words: Words, language: str) -> str:
    head = words.attribution.format(when=_moment(answered, language), who=answered.who, mail=answered.mail)
    return f"{text}\n\n{head}\n\n{_marked(answered.text)}\n"


def _thunderbird(text: str, answered: Answered, words: Words, language: str) -> str:
    head = words.thunderbird.format(when=_moment(answered, language), who=answered.who, mail=answered.mail)
    return f"{text}\n\n{head}\n{_marked(answered.text)}\n"


def _below(text: str, answered: Answered, words: Words, language: str) -> str:
    head = words.thunderbird.format(when=_moment(answered, language), who=answered.who, mail=answered.mail)
    return f"{head}\n{_marked(answered.text)}\n\n{text}\n"


def _iphone(text: str, answered: Answered, words: Words, language: str) -> str:
    head = words.attribution.format(when=_moment(answered, language), who=answered.who, mail=answered.mail)
    return f"{text}\n\n{words.iphone}\n\n> {head}\n> \n{_marked(answered.text)}\n"


def _outlook(text: str, answered: Answered, words: Words, language: str) -> str:
    from_, sent, to, subject = words.outlook
    lines = (
        "_" * 32,
        f"{from_}: {answered.who} <{answered.mail}>",
        f"{sent}: {_moment(answered, language)}",
        f"{to}: {answered.to}",
        f"{subject}: {answered.subject}",
    )
    return "\n".join((text, "", *lines, "", answered.text)) + "\n"


def _none(text: str, _answered: Answered, _words: Words, _language: str) -> str:
    return text + "\n"


_STYLES: dict[Style, Callable[[str, Answered, Words, str], str]] = {
    "gmail": _gmail,
    "outlook": _outlook,
    "iphone": _iphone,
    "thunderbird": _thunderbird,
    "below": _below,
    "none": _none,
}

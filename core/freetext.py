"""A lead in one line of text: `Ana Silva, Acme GmbH, ana@acme.io, +49 30 1234567, met at the fair`.

What is recognised fills its field; everything else goes to the notes, so that nothing somebody typed is lost.
"""

import html
import re
from dataclasses import dataclass

import phonenumbers

from core import normalise
from core.normalise import NAME_MAX, Unusable

_LINK = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_EMAIL = re.compile(
    r"[<(\[]?(?:mailto:)?(?P<address>[^\s<>()\[\],;:|\"]+@[^\s<>()\[\],;:|\"]+\.[^\s<>()\[\],;:|\"]+)[>)\]]?"
)
_ADDRESS = re.compile(r"\S@\S")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_SEPARATORS = re.compile(r"([,;|\n\0]+)")
_AT = re.compile(r"\s+(?:at|from|@|bei|von|chez)\s+", re.IGNORECASE)
_LABEL = re.compile(r"(?:e-?mail|mail|phone|tel|telefon|mobile|mobil|cell|name|company|firma)\s*[.:]*", re.IGNORECASE)
_LEADING_LABEL = re.compile(r"(?P<label>name|company|firma|notes?|notiz)\s*:\s*", re.IGNORECASE)
_LEGAL_FORMS = frozenset(
    (
        "ag",
        "bv",
        "co",
        "corp",
        "gmbh",
        "inc",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "oy",
        "plc",
        "pty",
        "sa",
        "sl",
    )
)
_GREETINGS = frozenset(("dear", "hello", "hey", "hi", "hallo", "bonjour", "hola", "thanks", "please", "new"))
"""How messages begin; never how a name does."""
_GAP = "\0"
"""Where a recognised part was taken out: a weaker separator than one that was typed."""
_COMPANY_WORDS = {True: 6, False: 3}
"""How many words may be taken for a company, after a typed separator and after a gap."""


@dataclass(frozen=True)
class LeadText:
    """What was found; empty where nothing was. `email` and `phone` are normalised."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""


@dataclass(frozen=True)
class _Part:
    text: str
    separator: str
    """What stood before it: a comma, a line break, a gap."""


def parse_lead(text: str, region: str) -> LeadText:
    """Read a lead out of free text. `region` (ISO 3166) is where numbers without a country code belong.

    The first address and the first number are taken, the first part is the name (`Ana at Acme` also gives the
    company), the second the company, the rest notes. The notes may be longer than normalise.NOTES_MAX.
    """
    plain = normalise.multiline_text(_without_links(text))
    email, plain = _take_email(plain)
    phone, plain = _take_phone(plain, region)
    parts = _split(plain)
    name, parts = _take_name(parts)
    company, parts = _take_company(parts)
    return LeadText(name=name, company=company, email=email, phone=phone, notes=_join(parts))


def parse_message(text: str, region: str) -> LeadText:
    """Read a lead out of a message somebody wrote: address, number, and a name only where it surely is one.

    The notes are the whole message; who wrote it is never taken for the lead.
    """
    found = parse_lead(text, region)
    words = in_words(text)
    if _is_person(found.name):
        return LeadText(found.name, found.company, found.email, found.phone, words)
    return LeadText(_name_in_address(found.email), "", found.email, found.phone, words)


def _is_person(words: str) -> bool:
    """Two to four capitalised words; a greeting or a sentence is none."""
    parts = words.split()
    capitalised = all(part[0].isupper() and part.replace("-", "").replace("'", "").isalpha() for part in parts)
    return 2 <= len(parts) <= 4 and capitalised and parts[0].lower() not in _GREETINGS


def _name_in_address(address: str) -> str:
    """`Anna Weber` for `anna.weber@acme.io`; empty where the address does not say."""
    parts = address.partition("@")[0].split(".")
    return " ".join(part.capitalize() for part in parts) if len(parts) == 2 and all(map(_is_word, parts)) else ""


def _is_word(text: str) -> bool:
    return len(text) > 1 and text.isalpha()


def in_words(text: str) -> str:
    """What a Slack message says, without Slack's markup; line breaks stay."""
    return normalise.multiline_text(_without_links(text))


def _without_links(text: str) -> str:
    """Slack's markup as words: `<mailto:a@b.io|a@b.io>`, `<tel:+49…|…>`, `<@U123|ana>`, `<#C1|sales>`."""
    return html.unescape(_LINK.sub(_link_words, text))


def _link_words(link: re.Match[str]) -> str:
    target, label = link["target"], link["label"] or ""
    if target.startswith(("@", "#", "!")):
        return f"{target[0]}{label}" if label else target
    for scheme in ("mailto:", "tel:"):
        if target.startswith(scheme):
            return target.removeprefix(scheme) if label in ("", target, target.removeprefix(scheme)) else label
    if not target.startswith(("http://", "https://")):
        return link[0]
    return target if label in ("", target) or target.endswith(f"//{label}") else f"{label} {target}"


def _take_email(text: str) -> tuple[str, str]:
    """The first usable address, and the text without it."""
    for found in _EMAIL.finditer(text):
        try:
            address = normalise.email(found["address"].rstrip(".!?'"))
        except Unusable:
            continue
        return address, _cut(text, found.start(), found.end())
    return "", text


def _take_phone(text: str, region: str) -> tuple[str, str]:
    """The first telephone number, and the text without it; an extension stays in the text."""
    leniency = phonenumbers.Leniency.POSSIBLE
    for found in phonenumbers.PhoneNumberMatcher(text, region.upper() or None, leniency=leniency):
        number = found.number
        # Without a plus, seven digits may be anything: a price, an order number. Then it has to be a real one.
        national = not found.raw_string.startswith("+")
        if national and (_DATE.fullmatch(found.raw_string) or not phonenumbers.is_valid_number(number)):
            continue
        extension = f" ext. {number.extension} " if number.extension else ""
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        return e164, _cut(text, found.start, found.end, extension)
    return "", text


def _cut(text: str, start: int, end: int, kept: str = "") -> str:
    """The text with a gap instead of a part, and without the label before it (`Tel.:`)."""
    before = text[:start].rstrip()
    label = next((match for match in _LABEL.finditer(before) if match.end() == len(before)), None)
    if label and (label.start() == 0 or not before[label.start() - 1].isalnum()):
        before = before[: label.start()]
    return f"{before}{_GAP}{kept}{text[end:]}"


def _split(text: str) -> list[_Part]:
    """The parts between separators; `Acme, Inc.` stays one."""
    pieces = _SEPARATORS.split(text)
    parts: list[_Part] = []
    separator = ""
    for index, piece in enumerate(pieces):
        words = normalise.name_text(piece)
        if index % 2:
            separator += piece
        elif words:
            if parts and "," in separator and _is_legal_form(words):
                parts[-1] = _Part(f"{parts[-1].text}, {words}", parts[-1].separator)
            else:
                parts.append(_Part(words, separator))
            separator = ""
    return parts


def _is_legal_form(words: str) -> bool:
    return words.replace(".", "").lower() in _LEGAL_FORMS


def _take_name(parts: list[_Part]) -> tuple[str, list[_Part]]:
    """The first part that may be a name; `Ana at Acme` leaves `Acme` as the next part."""
    index = next((index for index, part in enumerate(parts) if _is_name(_named(part.text, "name"))), None)
    if index is None:
        return "", parts
    words = _named(parts[index].text, "name")
    first, at, company = _halves(words)
    if at and _is_name(first) and _is_name(company):
        return first, [*parts[:index], _Part(company, ","), *parts[index + 1 :]]
    return words, parts[:index] + parts[index + 1 :]


def _halves(words: str) -> tuple[str, str, str]:
    """`Ana at Acme` as name, connecting word and company; the word is empty where there is none."""
    at = _AT.search(words)
    return (words[: at.start()], at[0].strip(), words[at.end() :]) if at else (words, "", "")


def _take_company(parts: list[_Part]) -> tuple[str, list[_Part]]:
    """The next part that may be a company; a sentence is none."""
    for index, part in enumerate(parts):
        words = _named(part.text, "company", "firma")
        if _is_name(words):
            typed = "," in part.separator or ";" in part.separator
            short = len(words.split()) <= _COMPANY_WORDS[typed]
            if short and (typed or not words[0].islower()):
                return words, parts[:index] + parts[index + 1 :]
            break
    return "", parts


def _named(words: str, *labels: str) -> str:
    """The words without a label of this kind before them: `Company: Acme`."""
    label = _LEADING_LABEL.match(words)
    return words[label.end() :] if label and label["label"].lower() in labels else words


def _is_name(words: str) -> bool:
    """Whether it may be a person's or a company's name: no label, link, mention or address."""
    if not 0 < len(words) <= NAME_MAX or not any(map(str.isalpha, words)):
        return False
    return not (
        words.startswith(("@", "#", "!")) or "://" in words or _ADDRESS.search(words) or _LEADING_LABEL.match(words)
    )


def _join(parts: list[_Part]) -> str:
    """What is left, in order, separated as it was typed."""
    notes = ""
    for part in parts:
        glue = "\n" if "\n" in part.separator else ", " if part.separator.strip(_GAP) else " "
        notes = f"{notes}{glue}{part.text}" if notes else part.text
    return notes

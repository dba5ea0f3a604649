"""What people type, made comparable: one form for each address, number and name, however it was written."""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

NAME_MAX = 200
"""Characters of a person's, company's or deal's name."""
EMAIL_MAX = 254
"""RFC 5321 §4.5.3.1.3: a path of 256 with its angle brackets."""
PHONE_MAX = 40
"""Characters somebody may type for a number; what is stored has at most 16 (ITU-T E.164: 15 digits and the plus)."""
SHORT_TEXT_MAX = 300
"""Job titles, next steps, competitors."""
NOTES_MAX = 3000
"""Slack's limit for a text input and for a section's text."""

PUBLIC_MAIL = frozenset(
    """aol.com arcor.de bluewin.ch btinternet.com comcast.net duck.com fastmail.com free.fr freenet.de gmail.com
    googlemail.com gmx.at gmx.ch gmx.com gmx.de gmx.net hey.com icloud.com laposte.net libero.it live.com mac.com
    mail.com mail.de mail.ru me.com msn.com naver.com orange.fr pm.me posteo.de proton.me protonmail.ch
    protonmail.com qq.com rediffmail.com rocketmail.com sbcglobal.net sfr.fr t-online.de terra.com.br tuta.com
    tutanota.com uol.com.br verizon.net wanadoo.fr web.de wp.pl yandex.com yandex.ru ymail.com zoho.com 126.com
    163.com""".split()  # noqa: SIM905 - fifty lines otherwise
)
"""Where people have addresses of their own: such a domain says nothing about the company."""
PUBLIC_FAMILIES = ("yahoo.", "hotmail.", "outlook.", "live.co.")
"""Providers with a domain in each country: yahoo.co.jp, hotmail.fr."""

_JOINERS = "\u200c\u200d"
_STRAY_JOINER = re.compile(f"(?<![^\\x00-\\x7f{_JOINERS}])[{_JOINERS}]|[{_JOINERS}](?![^\\x00-\\x7f{_JOINERS}])")
_BLANK_LINES = re.compile(r"\n{3,}")


class Unusable(ValueError):
    """What was typed cannot be used; `code` says why (`email_invalid`), and so does str()."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def email(text: str) -> str:
    """An address in lower case, its domain in Unicode. Nothing is looked up in the network.

    Raises Unusable("email_invalid").
    """
    try:
        checked = validate_email(_visible(text).strip().removeprefix("mailto:"), check_deliverability=False)
    except EmailNotValidError as error:
        raise Unusable("email_invalid") from error
    return checked.normalized.lower()


def phone(text: str, region: str) -> str:
    """A number in E.164 (`+49301234567`); without a country code it is read as one of `region` (ISO 3166, `DE`).

    A number of the right length counts, valid or not: numbering plans change faster than any list of them.
    Raises Unusable("phone_invalid"), and Unusable("phone_extension") where E.164 would lose an extension.
    """
    try:
        number = phonenumbers.parse(_visible(text), region.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise Unusable("phone_invalid") from error
    if not phonenumbers.is_valid_number(number) and not _plausible(number):
        raise Unusable("phone_invalid")
    if number.extension:
        raise Unusable("phone_extension")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plausible(number: phonenumbers.PhoneNumber) -> bool:
    """Long enough for a subscriber's number: many plans would let four digits pass."""
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    return possible and len(phonenumbers.national_significant_number(number)) >= 7


def phone_for_people(e164: str, region: str) -> str:
    """A stored number as people of `region` (ISO 3166) write it: national at home, international abroad."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.country_code_for_region(region.upper()) == number.country_code
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def name_text(text: str) -> str:
    """One line: NFC, without control, bidi and zero-width characters, blanks collapsed.

    Joiners stay where Persian, Indic scripts and emoji need them: between two characters beyond ASCII.
    """
    return " ".join(_visible(text).split())


def multiline_text(text: str) -> str:
    """The same for notes: lines stay, at most one empty one in a row, no blanks at the ends of lines."""
    lines = (_visible(line).rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def company_domain(address: str) -> str:
    """The domain of a normalised address in lower case; empty for none and for public providers."""
    domain = address.rpartition("@")[2].lower() if "@" in address else ""
    return "" if domain in PUBLIC_MAIL or domain.startswith(PUBLIC_FAMILIES) else domain


def _visible(text: str) -> str:
    """NFC without characters that show nothing (Unicode categories Cc, Cf, Cs); white space becomes a blank."""
    kept = "".join(_seen(character) for character in unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", _STRAY_JOINER.sub("", kept))


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS:
        return ""
    return character

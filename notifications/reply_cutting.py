"""What a sender wrote this time: the text of a mail without quotes and signature, in eight languages.

Runs as a process of its own (`python -m notifications.reply_cutting`), since the parser's expressions can be made to
take minutes by a hostile text: notifications.reply_text watches it and ends it. Knows nothing of the product.

Losing a sender's words is worse than showing some too many. The parser therefore only looks for headers of quotes, of
the languages that the text shows signs of; signatures are cut here, where a whole line is a closing.
"""

import re
import resource
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import BinaryIO

from mailparser_reply.parser import EmailMessage

from notifications.html_text import text_of

MEMORY_MAX = 1 << 30
"""Bytes the process may take."""
SIGNATURE_LINES = 15
"""A closing with more below it is not one: somebody went on writing."""
ATTRIBUTION_LINES = 3
"""Over how many lines the header of a quote is spread at most."""
ATTRIBUTION_MAX = 300
HTML, TEXT = "h", "t"
"""The first character of what is sent here says what it is."""
HEADER_FIELDS = 3
"""So many lines like `From: …` in a row are the header of a quoted mail."""

SIGNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "de": re.compile(r"\bschrieb\b|^[* >]*(?:Von|Gesendet|Betreff):", re.I | re.M),
        "fr": re.compile(r"\ba écrit\b|^[* >]*(?:De|Envoyé|Objet) ?:", re.I | re.M),
        "es": re.compile(r"\bescribió\b|^[* >]*(?:De|Enviado|Asunto):", re.I | re.M),
        "da": re.compile(r"\bskrev\b|^[* >]*(?:Fra|Sendt|Emne):", re.I | re.M),
        "nl": re.compile(r"\bschreef\b|^[* >]*(?:Van|Verzonden|Onderwerp):", re.I | re.M),
        "pl": re.compile(r"\bnapisał|\bnadesłał|^[* >]*(?:Wysłano|Temat):", re.I | re.M),
        "sv": re.compile(r"\bskrev\b|^[* >]*(?:Från|Skickat|Ämne):", re.I | re.M),
    }
)
"""What a quote's header looks like in a language; the parser looks for those of English always."""
WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreibt|schreef|skrev|pisze|escribió|a écrit|napisała?|nadesłała?)\b"
    r"|(?:napisał|nadesłał)\(a\)",
    re.IGNORECASE,
)
WHEN_OR_WHO = re.compile(r"\d[.:/, ]|@")
FIELD = re.compile(
    r"^[* >]*(?:From|Sent|To|Subject|Date|Cc|Von|Gesendet|An|Betreff|Datum|De|Envoyé|Objet|À|Date|Enviado(?: el)?|Para"
    r"|Asunto|Fecha|Fra|Sendt|Til|Emne|Dato|Van|Verzonden|Aan|Onderwerp|Od|Wysłano|Do|Temat|Data|DW|Från|Skickat"
    r"|Till|Ämne|Kopia) ?\*?:",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"^[\s>]*-{2,} ?(?:Original Message|Original message|Forwarded message|Ursprüngliche Nachricht|Originalnachricht"
    r"|Message d'origine|Message original|Mensaje original|Oprindelig meddelelse|Oorspronkelijk bericht"
    r"|Wiadomość oryginalna|Ursprungligt meddelande) ?-{2,}",
    re.IGNORECASE,
)
RULE = re.compile(r"^[_-]{20,}$")
FOOTER = re.compile(r"^_{20,}$", re.MULTILINE)
"""Above what mailing lists add, and above the quotes of Outlook. The parser would drop it."""
CLOSING = re.compile(
    r"(?:(?:best|kind|warm|many|with best|with kind)(?: kind| warm)? (?:regards|wishes)|regards|cheers|best"
    r"|all the best|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|many thanks|thanks|thank you|thx"
    r"|mit (?:freundlichen|besten|herzlichen|lieben|vielen) grü(?:ß|ss)en"
    r"|(?:mit )?freundliche[nr]? gr(?:u|ü)(?:ß|ss)e?n?"
    r"|(?:viele|beste|liebe|schöne|herzliche|sonnige) grü(?:ß|ss)e.{0,20}"
    r"|(?:besten|lieben|schönen|freundlichen) gru(?:ß|ss)|grü(?:ß|ss)e|gru(?:ß|ss)|mfg|lg|vg|hochachtungsvoll"
    r"|(?:bien |très )?cordialement|(?:meilleures|sincères) salutations|salutations(?: distinguées)?"
    r"|bien à (?:vous|toi)"
    r"|un saludo|saludos(?: cordiales)?|atentamente|cordialmente|un cordial saludo|gracias|muchas gracias"
    r"|(?:med )?(?:de )?(?:venlig|bedste|mange|kærlig)e? hils(?:en|ner)|hilsen|mvh|vh|dbh"
    r"|met (?:vriendelijke|hartelijke) groet(?:en)?|(?:hartelijke|vriendelijke) groet(?:en)?|groet(?:en|jes)?|mvg"
    r"|z (?:wyrazami szacunku|poważaniem|powazaniem)|pozdrawiam(?: serdecznie)?|(?:serdecznie )?pozdrawiam"
    r"|(?:med )?(?:vänlig|bästa|varma|många)a? hälsning(?:ar)?|hälsningar?)[\s,.!;/-]*",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"(?:sent from|get outlook for|gesendet (?:von|mit)|von meinem .{1,40} gesendet|envoyé (?:depuis|de mon)"
    r"|enviado desde|sendt fra|hent outlook|(?:verzonden|verstuurd) (?:vanaf|met)|wysłan[eoa] z"
    r"|skickat från|hämta outlook)\b.{0,80}",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"-- ?|__|—")


def cut(text: str) -> str:
    """The new words of a mail's text; all of it where they cannot be told from what is quoted."""
    lines = [line.rstrip() for line in text.replace("\u00a0", " ").replace("\r\n", "\n").split("\n")]
    whole = "\n".join(lines).strip()
    head = _above_the_quote(_first_part(FOOTER.sub("--", whole)))
    words = _without_signature(head)
    if not words.strip(" >\n"):
        words = _between_quotes(lines)
    return words.strip() or whole


def _first_part(text: str) -> str:
    """What stands above the first header of a quote that the parser knows."""
    languages = [language for language, sign in SIGNS.items() if sign.search(text)]
    message = EmailMessage(text=text, languages=languages, keep_hyphen_lists=True).read()
    first = message.replies[0]
    return "" if first.headers else str(first.content)


def _above_the_quote(text: str) -> str:
    """The same for the headers that the parser does not know, and for quotes without any."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if ORIGINAL.match(line) or _is_attribution(lines, number) or _is_header(lines, number):
            lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">") or RULE.match(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def _is_attribution(lines: list[str], start: int) -> bool:
    """Whether `On Monday at 10:00, Ana <ana@…> wrote:` begins here, over at most some lines."""
    if not lines[start].strip():
        return False
    joined = ""
    for line in lines[start : start + ATTRIBUTION_LINES]:
        if not line.strip():
            return False
        joined = f"{joined} {line.strip(' >')}"
        if joined.endswith(":"):
            return len(joined) <= ATTRIBUTION_MAX and bool(WROTE.search(joined) and WHEN_OR_WHO.search(joined))
    return False


def _is_header(lines: list[str], start: int) -> bool:
    block = lines[start : start + HEADER_FIELDS]
    return len(block) == HEADER_FIELDS and all(FIELD.match(line) for line in block)


def _without_signature(text: str) -> str:
    """Without the closing and what stands below it. A closing is a line of its own, and not the first one."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.strip()
        below = [one for one in lines[number + 1 :] if one.strip()]
        above = any(one.strip() for one in lines[:number])
        if not above or len(below) > SIGNATURE_LINES:
            continue
        if SIGNATURE.fullmatch(bare) or CLOSING.fullmatch(bare) or (SENT_FROM.fullmatch(bare) and not below):
            return "\n".join(lines[:number])
    return text


def _between_quotes(lines: list[str]) -> str:
    """Answers below or between what is quoted, line by line."""
    kept: list[str] = []
    skip_to = 0
    for number, line in enumerate(lines):
        if number < skip_to or line.lstrip().startswith(">"):
            continue
        if _is_attribution(lines, number):
            skip_to = next(at for at in range(number, len(lines)) if lines[at].rstrip().endswith(":")) + 1
            continue
        kept.append(line)
    return _without_signature("\n".join(kept).strip())


# -- the process ----------------------------------------------------------------------------------------------------


def read_framed(source: BinaryIO) -> str | None:
    """A text after its length in bytes (4, big-endian); None at the end."""
    head = source.read(4)
    if len(head) < 4:
        return None
    return source.read(struct.unpack(">I", head)[0]).decode("utf-8", "replace")


def framed(text: str) -> bytes:
    """The same for writing."""
    data = text.encode("utf-8", "replace")
    return struct.pack(">I", len(data)) + data


def main() -> None:
    """Answer each text from standard input until that ends: HTML with its words, the rest with its new words.

    Says that it is there first.
    """
    with suppress(ValueError, OSError):  # not every system limits this
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(framed("ready"))
    target.flush()
    while (text := read_framed(source)) is not None:
        target.write(framed(text_of(text[1:]) if text.startswith(HTML) else cut(text[1:])))
        target.flush()


if __name__ == "__main__":
    main()

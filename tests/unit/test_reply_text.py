"""The new words of a mail: genuine samples, eight languages, and texts made to stall the parser."""

import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from notifications.html_text import text_of
from notifications.reply_cutting import cut
from notifications.reply_text import LINE_MAX, ReplyCutter, _prepare
from sandbox.mail.quoting import LANGUAGES, STYLES, Answered, Style, quoted
from tests.factories import START

SAMPLES = Path(__file__).parents[1] / "samples" / "sendgrid" / "replies"
HOSTILE = "On On " * 1300
QUOTE = "> Hallo Lena,\n>\n> passt Dienstag?\n> Ana"

EXPECTED = {
    "aol.eml": "Hello",
    "email_1_3.txt": "Oh thanks.\n\nHaving the function would be great.\n\n-Abhishek Kona",
    "email_2_1.txt": "Outlook with a reply",
    "email_danish_1.txt": "Hej Peter,\n\nTak for din mail. Det lyder godt.",
    "email_gmail.txt": "This is a test for inbox replying to a github message.",
    "email_ja_1_1.txt": "こんにちは、みなさん！",
    "email_sent_from_iPhone.txt": "Here is another email",
    "gmail.eml": "Hello",
    "iphone.eml": "Hello",
    "multiline_on_de.txt": "Am heutigen Tage",
    "outlook.eml": "Hello",
    "pathological.txt": "I think you're onto something. I will try to fix the problem as soon as I\n"
    "get back to a computer.",
}
BEGIN_AND_GONE = {
    "email_1_1.txt": ("Hi folks", "mailing list"),
    "email_nl_1_1.txt": ("Hallo allemaal", "mailing list"),
    "email_pl_1_1.txt": ("Od: Jan Kowalski", "Pozdrawiam"),
    "email_swedish_1.txt": ("Hej Person A", "UX designer"),
    "forward.txt": ("FW: YYY Arrival Notice", "Best regards"),
    "outlook.txt": ("Dear Team,", "Get Outlook"),
}
CONVERSATIONS = {
    "English": ("Tuesday works.", "On Mon, Mar 16, 2026 at 10:00 AM Ana Costa <ana@acme.example> wrote:"),
    "German": ("Dienstag passt.", "Am Mo., 16. März 2026 um 10:00 Uhr schrieb Ana Costa <ana@acme.example>:"),
    "German, short": ("Dienstag passt.", "Am 16.03.26 um 10:00 schrieb Ana Costa:"),
    "French": ("Mardi, oui.", "Le lun. 16 mars 2026 à 10:00, Ana Costa <ana@acme.example> a écrit\u00a0:"),
    "Spanish": ("El martes, bien.", "El lun, 16 mar 2026 a las 10:00, Ana Costa (<ana@acme.example>) escribió:"),
    "Danish": ("Tirsdag passer.", "Den man. 16. mar. 2026 kl. 10.00 skrev Ana Costa <ana@acme.example>:"),
    "Dutch": ("Dinsdag is goed.", "Op ma 16 mrt 2026 om 10:00 schreef Ana Costa <ana@acme.example>:"),
    "Polish": ("Tak, wtorek pasuje.", "pon., 16 mar 2026 o 10:00 Ana Costa <ana@acme.example> napisał(a):"),
    "Swedish": ("Tisdag fungerar.", "Den mån 16 mars 2026 kl 10:00 skrev Ana Costa <ana@acme.example>:"),
    "over two lines": ("Tuesday works.", "On Mon, Mar 16, 2026 at 10:00 AM Ana Costa\n<ana@acme.example> wrote:"),
}
HEADED = {
    "German": "Von: Ana Costa <ana@acme.example>\nGesendet: Montag, 16. März 2026 10:00\nAn: Lena\nBetreff: Angebot",
    "French": "De : Ana Costa <ana@acme.example>\nEnvoyé : lundi 16 mars 2026 10:00\nÀ : Lena\nObjet : Offre",
    "Spanish": "De: Ana Costa <ana@acme.example>\nEnviado: lunes, 16 de marzo de 2026\nPara: Lena\nAsunto: Oferta",
    "Danish": "Fra: Ana Costa <ana@acme.example>\nSendt: 16. marts 2026 10:00\nTil: Lena\nEmne: Tilbud",
    "Dutch": "Van: Ana Costa <ana@acme.example>\nVerzonden: maandag 16 maart 2026\nAan: Lena\nOnderwerp: Offerte",
    "Polish": "Od: Ana Costa <ana@acme.example>\nWysłano: poniedziałek, 16 marca 2026\nDo: Lena\nTemat: Oferta",
    "Swedish": "Från: Ana Costa <ana@acme.example>\nSkickat: den 16 mars 2026 10:00\nTill: Lena\nÄmne: Offert",
}
CLOSINGS = (
    "Best regards,",
    "Viele Grüße aus Berlin",
    "Mit freundlichen Grüßen",
    "Bien cordialement,",
    "Un saludo,",
    "Med venlig hilsen",
    "Met vriendelijke groet,",
    "Pozdrawiam serdecznie,",
    "Med vänliga hälsningar",
    "-- ",
)


def sample(name: str) -> str:
    """A sample's plain text."""
    raw = (SAMPLES / name).read_bytes()
    if not name.endswith(".eml"):
        return raw.decode()
    body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_every_sample_is_covered() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {*EXPECTED, *BEGIN_AND_GONE}


@pytest.mark.parametrize("name", EXPECTED)
def test_genuine_replies(name: str) -> None:
    assert cut(sample(name)) == EXPECTED[name]


@pytest.mark.parametrize("name", BEGIN_AND_GONE)
def test_genuine_mails_that_are_no_plain_replies(name: str) -> None:
    begin, gone = BEGIN_AND_GONE[name]
    found = cut(sample(name))
    assert found.startswith(begin)
    assert gone not in found


@pytest.mark.parametrize("language", CONVERSATIONS)
def test_what_is_quoted_goes_in_every_language(language: str) -> None:
    words, attribution = CONVERSATIONS[language]
    assert cut(f"{words}\n\n{attribution}\n\n{QUOTE}\n") == words
    assert cut(f"{words}\n\n{attribution}\n\nHallo Lena,\npasst Dienstag?\n") == words


@pytest.mark.parametrize("language", HEADED)
def test_quotes_under_a_header_go(language: str) -> None:
    assert cut(f"Ja/Oui/Si.\n\n{HEADED[language]}\n\nHallo Lena,\npasst Dienstag?") == "Ja/Oui/Si."


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_mail_programs_quote(language: str, style: Style) -> None:
    ours = "Hi Lena,\n\nhere is our offer.\n\nBest regards\nAna\n\n--\nNorthwind\nUnsubscribe: https://x.example/u/a"
    asked = Answered("Ana Costa", "sales@us.example", "Lena <lena@acme.example>", "Offer", START, ours)
    for words in ("OK", "Yes, Tuesday works.\nWe are three:\n- Kim\n- Jo"):
        assert cut(quoted(words, asked, language, style)) == words


@pytest.mark.parametrize("closing", CLOSINGS)
def test_signatures_go(closing: str) -> None:
    assert cut(f"Dienstag passt.\n\n{closing}\nLena Fischer\nEinkauf, Acme GmbH\n+49 30 1234567") == "Dienstag passt."


@pytest.mark.parametrize(
    "text",
    [
        "We need:\n- 20 licences\n- support\n- training",
        "Tak, jesteśmy zainteresowani.\nTak samo jak w zeszłym roku.",
        "Data: 3 GB a month.\nDo: send me an offer.\nThanks for the quick answer, it helps.",
        "Thanks,\nthat is what we wanted. When can we start?",
        "Taktik und Preis passen.\nGrüße an das Team, das war gut.\nBis Dienstag",
        "On Monday I wrote to him.\nHe wrote back at once: yes.",
        "Von uns aus gern.\nAn welchem Tag?",
    ],
)
def test_nothing_the_sender_wrote_is_taken_for_a_quote_or_a_signature(text: str) -> None:
    assert cut(text) == text


def test_answers_below_and_between_the_quotes_stay() -> None:
    text = "On Mon, Mar 16, 2026, Ana wrote:\n> How many?\nTwenty.\n> When?\nIn May.\n"
    assert cut(text) == "Twenty.\nIn May."


def test_a_mail_that_is_only_a_quote_is_shown_whole() -> None:
    assert cut(QUOTE) == QUOTE


def test_one_process_serves_many_mails_and_long_lines_stay_whole() -> None:
    cutter = ReplyCutter()
    try:
        long = "word " * LINE_MAX
        first = cutter.cut(f"{long}\n\nOn Mon, Mar 16, 2026 Ana <a@b.example> wrote:\n> hi")
        process = cutter._process
        second = cutter.cut("Dienstag passt.")
        assert (first.text, first.sure) == (long.strip(), True)
        assert (second.text, second.sure) == ("Dienstag passt.", True)
        assert cutter._process is process
    finally:
        cutter.close()


def test_a_hostile_mail_ends_the_process_and_the_next_one_is_cut_all_the_same() -> None:
    cutter = ReplyCutter()
    try:
        assert cutter.cut("Ja.").sure  # the first question to a process takes longer
        cutter._seconds = 0.01  # a fifth of what a quick machine takes for this mail, ten times what others take
        began = time.monotonic()
        # Without the limits on lines, so that it takes as long as it can.
        hostile = "\n".join(HOSTILE[at : at + LINE_MAX] for at in range(0, len(HOSTILE), LINE_MAX))
        found = cutter.cut(hostile + "\nwrote")
        assert (found.text, found.sure) == (hostile + "\nwrote", False)
        assert cutter._process is None
        assert time.monotonic() - began < 10
        cutter._seconds = 5.0
        assert cutter.cut("Ja.\n\nAm 16.03.26 um 10:00 schrieb Ana Costa:\n> Ja?").text == "Ja."
    finally:
        cutter.close()


def test_a_process_that_died_is_replaced() -> None:
    cutter = ReplyCutter()
    try:
        cutter.cut("Ja.")
        assert cutter._process is not None
        cutter._process.kill()
        cutter._process.wait()
        assert cutter.cut("Nein.").sure
    finally:
        cutter.close()


def test_a_mail_longer_than_what_is_looked_through_is_shown_whole() -> None:
    cutter = ReplyCutter()
    try:
        text = "\n".join(["A line of a long mail."] * 1000)
        assert cutter.cut(text) == type(cutter.cut("x"))(text, sure=False)
        answered = "Ja.\n\nAm 16.03.26 um 10:00 schrieb Ana Costa:\n" + text
        assert cutter.cut(answered).text == "Ja."
        assert cutter.cut("  \n").text == ""
    finally:
        cutter.close()


def test_marks_of_ours_in_a_mail_mean_nothing() -> None:
    assert _prepare("a\ue0007\ue001b") == ("a7b", [])


def test_the_words_of_an_html_mail() -> None:
    markup = """<html><head><title>T</title><style>p {color: red}</style></head><body><script>evil()</script>
    <p>Hallo Ana,</p><p>Dienstag&nbsp;passt &amp;&lt;b&gt;.<br>Bis dann</p><ul><li>eins</li><li>zwei</li></ul>
    <img src="https://tracker.example/x.gif" alt="no"><div>Lena</div>
    <div class="gmail_quote"><div>Am 16.03.26 um 10:00 schrieb Ana Costa:<br></div>
    <blockquote><div>Passt <b>Dienstag</b>?</div></blockquote></div></body></html>"""
    text = text_of(markup)
    assert text == (
        "Hallo Ana,\n\nDienstag passt &<b>.\nBis dann\n\n- eins\n- zwei\n\nLena\n"
        "Am 16.03.26 um 10:00 schrieb Ana Costa:\n\n> Passt Dienstag?"
    )
    assert cut(text) == "Hallo Ana,\n\nDienstag passt &<b>.\nBis dann\n\n- eins\n- zwei\n\nLena"


def test_broken_markup_loses_no_words() -> None:
    assert text_of("<p>one<div>two</p></span><<three") == "one\ntwo\n\n<<three"
    assert text_of("plain") == "plain"


def test_html_is_read_in_the_process_and_without_it_the_tags_go() -> None:
    cutter = ReplyCutter()
    try:
        assert cutter.words_of("<p>Dienstag <b>passt</b>.</p>") == "Dienstag passt."
        cutter._seconds = 0.0
        assert cutter.words_of("<p>Dienstag &amp; mehr</p>") == "Dienstag & mehr"
    finally:
        cutter.close()

"""A lead in one line of text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import normalise
from core.freetext import LeadText, in_words, parse_lead, parse_message

ANA = LeadText("Ana Silva", "Acme GmbH", "ana@acme.io", "+49301234567")


@pytest.mark.parametrize(
    "text",
    [
        "Ana Silva, Acme GmbH, ana@acme.io, +49 30 1234567",
        "Ana Silva; Acme GmbH; ANA@ACME.IO; 030 1234567",
        "ana@acme.io, +49 30 1234567, Ana Silva, Acme GmbH",
        "Ana Silva at Acme GmbH ana@acme.io +49 30 1234567",
        "Ana Silva @ Acme GmbH, ana@acme.io (030) 1234567",
        "Ana Silva (ana@acme.io), Acme GmbH, Tel.: 030 1234567",
        "Ana Silva\nAcme GmbH\nana@acme.io\n+49 30 1234567\n",
        "Name: Ana Silva, Company: Acme GmbH, E-Mail: ana@acme.io, Phone: +49 30 1234567",
        "Company: Acme GmbH, Ana Silva, ana@acme.io, 030 1234567".replace(
            "Company: Acme GmbH, Ana Silva", "Ana Silva | Acme GmbH"
        ),
        "Ana Silva, Acme GmbH, <mailto:ana@acme.io|ana@acme.io>, <tel:+49301234567|+49 30 1234567>",
        "Ana Silva, Acme GmbH, <mailto:ana@acme.io>, <tel:+49301234567>",
        "Ana Silva <ana@acme.io> Acme GmbH +49 30 1234567",
    ],
)
def test_ways_to_write_the_same_lead(text: str) -> None:
    assert parse_lead(text, "DE") == ANA


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", LeadText()),
        ("Ana", LeadText("Ana")),
        ("???", LeadText(notes="???")),
        ("ana@acme.io", LeadText(email="ana@acme.io")),
        ("Smith &amp; Sons", LeadText("Smith & Sons")),
        ("Ana, Acme, Inc., met at the fair", LeadText("Ana", "Acme, Inc.", notes="met at the fair")),
        ("Ana, acme", LeadText("Ana", "acme")),
        (
            "Ana ana@acme.io wants a demo next week",
            LeadText("Ana", email="ana@acme.io", notes="wants a demo next week"),
        ),
        ("Ana, a@acme.io, b@acme.io", LeadText("Ana", email="a@acme.io", notes="b@acme.io")),
        ("Ana, Acme, 030 1234567, 030 7654321", LeadText("Ana", "Acme", phone="+49301234567", notes="030 7654321")),
        ("Ana, Acme, 030 1234567 ext. 12", LeadText("Ana", "Acme", phone="+49301234567", notes="ext. 12")),
        ("Ana, Acme, 1200000 EUR, 2026-11-21", LeadText("Ana", "Acme", notes="1200000 EUR, 2026-11-21")),
        ("Ana, Acme\nfirst line\nsecond line", LeadText("Ana", "Acme", notes="first line\nsecond line")),
        ("<@U123|bob>, Ana", LeadText("Ana", notes="@bob")),
        ("<@U123> Ana", LeadText(notes="@U123 Ana")),
        ("<https://acme.io|acme.io>, Ana", LeadText("Ana", notes="https://acme.io")),
        ("<https://acme.io/x|our page>, Ana", LeadText("Ana", notes="our page https://acme.io/x")),
        ("Ana at ???", LeadText("Ana at ???")),
        ("not@an@address.io", LeadText(notes="not@an@address.io")),
        (f"{'A' * 201}, Acme", LeadText("Acme", notes="A" * 201)),
        (
            "Ana, We make the best widgets in the whole world, really",
            LeadText("Ana", notes="We make the best widgets in the whole world, really"),
        ),
    ],
)
def test_what_goes_where(text: str, expected: LeadText) -> None:
    assert parse_lead(text, "DE") == expected


WORDS = st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x17F), min_size=1, max_size=8)
TYPED = st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", "; ", "\n", " | "])), max_size=12)
EXTRAS = st.lists(st.sampled_from(["ana@acme.io", "+49 30 1234567", "bob@acme.io", "<@U1|eve>"]), max_size=4)


@given(TYPED, EXTRAS, st.randoms(use_true_random=False))
def test_nothing_typed_is_dropped(typed: list[tuple[str, str]], extras: list[str], random: object) -> None:
    pieces = [word + separator for word, separator in typed]
    for extra in extras:
        pieces.insert(random.randrange(len(pieces) + 1), f" {extra} ")  # type: ignore[attr-defined]
    lead = parse_lead("".join(pieces), "DE")
    found = " ".join((lead.name, lead.company, lead.email, lead.phone, lead.notes)).casefold()
    connecting = {"at", "from", "bei", "von", "chez"}
    labels = {"e", "mail", "email", "phone", "tel", "telefon", "mobile", "mobil", "cell", "name", "company", "firma"}
    for word, _ in typed:
        kept = normalise.name_text(word).casefold()
        assert kept in found or kept in connecting | labels
    if extras:
        assert all(part.casefold() in found for part in ("acme", "49") if any(part in extra for extra in extras))


@given(st.text(max_size=200))
def test_any_text_gives_fields_that_can_be_stored(text: str) -> None:
    lead = parse_lead(text, "DE")
    assert len(lead.name) <= normalise.NAME_MAX
    assert len(lead.company) <= normalise.NAME_MAX
    assert lead.name == normalise.name_text(lead.name)
    assert lead.phone == "" or re.fullmatch(r"\+\d{2,15}", lead.phone)
    assert "\0" not in lead.notes
    assert lead.email == "" or normalise.email(lead.email) == lead.email


@pytest.mark.parametrize(
    ("text", "name", "company"),
    [
        ("Anna Weber, Acme GmbH, anna@acme.io", "Anna Weber", "Acme GmbH"),
        ("Hi Team, please call anna.weber@acme.io", "Anna Weber", ""),
        ("Hello Ben, somebody wrote from info@acme.io", "", ""),
        ("please call them back tomorrow", "", ""),
        ("", "", ""),
    ],
)
def test_a_message_gives_a_name_only_where_it_surely_has_one(text: str, name: str, company: str) -> None:
    found = parse_message(text, "DE")
    assert (found.name, found.company) == (name, company)
    assert found.notes == text, "the whole message is kept"


@given(st.text())
def test_no_message_is_too_strange(text: str) -> None:
    assert parse_message(text, "DE").notes == in_words(text)

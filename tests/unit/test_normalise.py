"""One form for each address, number and name, however it was typed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import normalise
from core.normalise import Unusable


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ana@ACME.io", "ana@acme.io"),
        ("  ana@acme.io\n", "ana@acme.io"),
        ("mailto:ana@acme.io", "ana@acme.io"),
        ("ana\u200b@acme.io", "ana@acme.io"),
        ("ana@MÜNCHEN.de", "ana@münchen.de"),
        ("ana@xn--mnchen-3ya.de", "ana@münchen.de"),
        ("ana.silva+crm@acme.co.uk", "ana.silva+crm@acme.co.uk"),
    ],
)
def test_addresses(typed: str, stored: str) -> None:
    assert normalise.email(typed) == stored


@pytest.mark.parametrize("typed", ["", "ana", "ana@acme", "a b@acme.io", "ana@@acme.io", "ana@acme.test", "@acme.io"])
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(Unusable) as refused:
        normalise.email(typed)
    assert (refused.value.code, str(refused.value)) == ("email_invalid", "email_invalid")


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("+49 30 1234567", "US", "+49301234567"),
        ("030 / 123 45 67", "DE", "+49301234567"),
        ("0049 30 1234567", "DE", "+49301234567"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("(415) 555-0100", "us", "+14155550100"),
        ("\u202a+49 30 1234567\u202c", "DE", "+49301234567"),
    ],
)
def test_numbers(typed: str, region: str, stored: str) -> None:
    assert normalise.phone(typed, region) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_invalid"),
        ("call me", "phone_invalid"),
        ("12", "phone_invalid"),
        ("1234", "phone_invalid"),
        ("+49 30 1234567 ext. 12", "phone_extension"),
        ("+999 1234567", "phone_invalid"),
    ],
)
def test_what_is_no_number(typed: str, code: str) -> None:
    with pytest.raises(Unusable, match=f"^{code}$"):
        normalise.phone(typed, "DE")


def test_numbers_without_a_known_region_need_a_country_code() -> None:
    with pytest.raises(Unusable):
        normalise.phone("030 1234567", "")
    assert normalise.phone("+49 30 1234567", "") == "+49301234567"


def test_numbers_are_shown_nationally_at_home_and_internationally_abroad() -> None:
    assert normalise.phone_for_people("+49301234567", "DE") == "030 1234567"
    assert normalise.phone_for_people("+49301234567", "US") == "+49 30 1234567"
    assert normalise.phone_for_people("whatever", "US") == "whatever"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \t\n Silva ", "Ana Silva"),
        ("A\u202ena\u200b\u0000 Silva\ufeff", "Ana Silva"),
        ("Ame\u0301lie", "Amélie"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("A\u200dna", "Ana"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ud800Ana", "Ana"),
    ],
)
def test_names(typed: str, kept: str) -> None:
    assert normalise.name_text(typed) == kept


def test_notes_keep_their_lines() -> None:
    assert normalise.multiline_text(" one  \r\n\r\n\n\n two\u200b\x07\u2028three ") == "one\n\n two\nthree"


@given(st.text())
def test_names_are_one_clean_line_and_stay_so(text: str) -> None:
    name = normalise.name_text(text)
    assert normalise.name_text(name) == name
    assert name == name.strip()
    assert "\n" not in name
    assert "  " not in name
    assert unicodedata.is_normalized("NFC", name)
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cs"}
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F)))
def test_letters_and_digits_are_never_lost(text: str) -> None:
    assert normalise.name_text(text) == unicodedata.normalize("NFC", text)


@given(st.text())
def test_notes_stay_as_they_are_the_second_time(text: str) -> None:
    notes = normalise.multiline_text(text)
    assert normalise.multiline_text(notes) == notes
    assert "\n\n\n" not in notes


@given(st.emails())
def test_a_normalised_address_is_its_own_normal_form(address: str) -> None:
    try:
        once = normalise.email(address)
    except Unusable:
        return
    assert normalise.email(once) == once
    assert once == once.lower()


@given(st.text())
def test_anything_is_a_number_or_unusable(text: str) -> None:
    try:
        stored = normalise.phone(text, "DE")
    except Unusable:
        return
    assert stored.startswith("+")
    assert len(stored) <= 16


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ana@acme.io", "acme.io"),
        ("ana@gmail.com", ""),
        ("ana@yahoo.co.jp", ""),
        ("ana@hotmail.fr", ""),
        ("ana@notgmail.com", "notgmail.com"),
        ("", ""),
        ("nobody", ""),
    ],
)
def test_company_domains(address: str, domain: str) -> None:
    assert normalise.company_domain(address) == domain

"""Placeholders: the fields on the list, and nothing that computes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.emails.templates import FIELDS, fill

KNOWN = {"first_name": "Lena", "company": "Acme {{deal}} GmbH", "deal": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{first_name}},", "Hi Lena,"),
        ("Hi {{ First Name }},", "Hi Lena,"),
        ("Hi {{first_name|there}},", "Hi Lena,"),
        ("{{deal|your project}}", "your project"),
        ("{first_name} {{}} }}{{", "{first_name} {{}} }}{{"),
        ("{{first_name}}{{first_name}}", "LenaLena"),
    ],
)
def test_what_is_known_is_put_in(text: str, filled: str) -> None:
    assert fill(text, KNOWN).text == filled


def test_what_is_put_in_is_not_looked_into_again() -> None:
    assert fill("for {{company}}", KNOWN).text == "for Acme {{deal}} GmbH"
    assert fill("for {{company}}", KNOWN).missing == ()


def test_what_is_not_known_stays_and_is_named_once() -> None:
    found = fill("{{deal}} {{deal}} {{quote}} {{nonsense}}", KNOWN)
    assert found.text == "{{deal}} {{deal}} {{quote}} {{nonsense}}"
    assert found.missing == ("deal", "quote")
    assert found.unknown == ("nonsense",)


@pytest.mark.parametrize("text", ["{{ ''.__class__ }}", "{% for x in y %}", "{{7*7}}", "${first_name}", "{{config}}"])
def test_no_template_language_is_spoken(text: str) -> None:
    assert fill(text, KNOWN).text == text


@given(st.text(max_size=300))
def test_filling_never_breaks_and_leaves_text_without_places_alone(text: str) -> None:
    found = fill(text, dict.fromkeys(FIELDS, "x"))
    if "{{" not in text:
        assert found.text == text
    assert found.missing == ()


def test_a_text_of_blanks_takes_no_time() -> None:
    text = "{{" + " " * 10_000 + "{{first_name" + " " * 10_000
    assert fill(text, KNOWN).text == text

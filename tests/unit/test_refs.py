"""What people call a record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import refs
from core.enums import EntityType
from core.refs import Ref, parse_ref

NUMBERS = st.integers(1, refs.LARGEST)
REFS = st.one_of(
    st.builds(Ref, st.sampled_from([kind for kind in refs.LETTERS if kind != EntityType.QUOTE]), NUMBERS),
    st.builds(Ref, st.just(EntityType.QUOTE), NUMBERS, st.integers(1000, 9999)),
)


@pytest.mark.parametrize("text", ["L-42", "l42", "#L-42", " L 42 ", "L–42", "l-0042", "Ｌ-42"])
def test_ways_to_write_a_lead(text: str) -> None:
    assert parse_ref(text) == Ref(EntityType.LEAD, 42)


@pytest.mark.parametrize("text", ["Q-2026-0007", "q-2026-7", "Q2026-7", "#q 2026/7"])
def test_ways_to_write_a_quote(text: str) -> None:
    assert parse_ref(text) == Ref(EntityType.QUOTE, 7, 2026)


@pytest.mark.parametrize(
    "text", ["", "42", "L", "L-0", "L-", "X-1", "L-42x", "L-4 2", "LL-4", "Q-7", "Q-26-7", "Lara", f"L-{2**31}"]
)
def test_what_is_no_reference(text: str) -> None:
    assert parse_ref(text) is None


@given(REFS)
def test_a_written_reference_is_read_back(ref: Ref) -> None:
    assert parse_ref(str(ref)) == ref
    assert parse_ref(str(ref).lower()) == ref


@given(st.text())
def test_any_text_is_a_reference_or_none(text: str) -> None:
    ref = parse_ref(text)
    assert ref is None or parse_ref(str(ref)) == ref


def test_short_names() -> None:
    assert refs.lead_ref(42) == "L-42"
    assert refs.account_ref(7) == "A-7"
    assert refs.contact_ref(19) == "C-19"
    assert refs.deal_ref(7) == "D-7"
    assert refs.quote_ref(2026, 7) == "Q-2026-0007"
    assert refs.quote_ref(2026, 12345) == "Q-2026-12345"

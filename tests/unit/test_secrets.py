"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import NoUsableKey, Secrets, Unreadable

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_for_its_owner(text: str, owner: str) -> None:
    secrets = Secrets(NEW)
    token = secrets.seal(text, bound_to=owner)
    assert secrets.open(token, bound_to=owner) == text


def test_a_sealed_secret_shows_nothing_and_is_never_the_same() -> None:
    secrets = Secrets(NEW)
    first, second = (secrets.seal("xoxb-1", bound_to="T1") for _ in range(2))
    assert "xoxb" not in first
    assert first != second


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    token = Secrets(NEW).seal("xoxb-1", bound_to="T1")
    with pytest.raises(Unreadable, match="something else"):
        Secrets(NEW).open(token, bound_to="T2")


@pytest.mark.parametrize("token", ["", "nonsense", "gAAAAA==", "ünsinn"])
def test_what_was_never_sealed_does_not_open(token: str) -> None:
    with pytest.raises(Unreadable):
        Secrets(NEW).open(token, bound_to="T1")


def test_an_altered_secret_does_not_open() -> None:
    token = Secrets(NEW).seal("xoxb-1", bound_to="T1")
    flipped = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    with pytest.raises(Unreadable):
        Secrets(NEW).open(flipped, bound_to="T1")


def test_keys_are_changed_without_losing_anything() -> None:
    token = Secrets(OLD).seal("xoxb-1", bound_to="T1")
    both = Secrets(f"{NEW}, {OLD}")
    assert both.open(token, bound_to="T1") == "xoxb-1"
    assert Secrets(NEW).open(both.rotate(token), bound_to="T1") == "xoxb-1"
    assert Secrets(NEW).open(both.seal("xoxb-2", bound_to="T1"), bound_to="T1") == "xoxb-2"
    with pytest.raises(Unreadable):
        Secrets(NEW).open(token, bound_to="T1")
    with pytest.raises(Unreadable):
        Secrets(NEW).rotate(token)


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{NEW},short"], ids=["none", "blank", "short", "one short"])
def test_unusable_keys_are_refused_at_once(keys: str) -> None:
    with pytest.raises(NoUsableKey):
        Secrets(keys)

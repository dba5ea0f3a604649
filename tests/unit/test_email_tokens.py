"""Reply tokens and unsubscribe links: unguessable, bound to the workspace, and read back however servers fold them."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.emails import tokens

DOMAIN = "reply.acme.example"
SECRET = "a secret of this test that is long enough"


@given(st.uuids())
def test_a_token_says_whose_it_is_and_fits_an_address(workspace_id: object) -> None:
    token = tokens.new_token(workspace_id)  # type: ignore[arg-type]
    assert tokens.TOKEN.fullmatch(token)
    assert tokens.workspace_of(token) == workspace_id
    assert len(tokens.reply_address(token, DOMAIN).partition("@")[0]) <= 64


def test_two_tokens_of_a_workspace_differ_in_their_random_half() -> None:
    workspace_id = uuid4()
    made = {tokens.new_token(workspace_id) for _ in range(50)}
    assert len(made) == 50
    assert len({one[26:] for one in made}) == 50


@pytest.mark.parametrize("text", ["", "abc", "1" * 52, "A" * 52, "a" * 51, "a" * 53, "ä" * 52])
def test_what_is_no_token_names_no_workspace(text: str) -> None:
    assert tokens.workspace_of(text) is None


@pytest.mark.parametrize(
    "shape",
    ["{0}", "<{0}>", '"Ana Costa" <{0}>', "Ana Costa via Rapport <{0}>", " {0} "],
)
@pytest.mark.parametrize("fold", [str, str.upper, str.title])
def test_a_token_is_found_in_an_address_as_headers_have_it(shape: str, fold: type[str]) -> None:
    token = tokens.new_token(uuid4())
    address = fold(tokens.reply_address(token, DOMAIN))
    assert tokens.token_in(shape.format(address), DOMAIN) == token


def test_other_addresses_have_no_token() -> None:
    token = tokens.new_token(uuid4())
    for address in (
        f"r+{token}@other.example",
        f"r+{token}@{DOMAIN}.evil.example",
        f"{token}@{DOMAIN}",
        f"r+{token}x@{DOMAIN}",
        f"sales@{DOMAIN}",
        "",
        "no address at all",
    ):
        assert tokens.token_in(address, DOMAIN) is None
    assert tokens.token_in(tokens.reply_address(token, ""), "") is None


def test_an_unsubscribe_link_comes_back_only_as_we_signed_it() -> None:
    workspace_id, email_id = uuid4(), uuid4()
    url = tokens.unsubscribe_url("https://crm.example", SECRET, workspace_id, email_id)
    assert url.startswith("https://crm.example/u/")
    signed = url.rpartition("/")[2]
    assert tokens.read_unsubscribe(SECRET, signed) == (workspace_id, email_id)
    assert tokens.read_unsubscribe("another secret", signed) is None
    # The last character of base64 carries padding bits that mean nothing; any other change must be noticed.
    for place in range(len(signed) - 1):
        changed = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]
        assert tokens.read_unsubscribe(SECRET, changed) is None, place


@given(st.text(max_size=200))
def test_nothing_that_is_typed_breaks_the_reading_of_a_link(text: str) -> None:
    assert tokens.read_unsubscribe(SECRET, text) is None


@given(st.text(max_size=200))
def test_nothing_that_is_typed_breaks_the_reading_of_an_address(text: str) -> None:
    assert tokens.token_in(text, DOMAIN) is None


def test_a_secret_is_changed_without_breaking_old_links() -> None:
    workspace_id, email_id = uuid4(), uuid4()
    new = "another secret and a new one"
    old_link = tokens.unsubscribe_url("", SECRET, workspace_id, email_id).rpartition("/")[2]
    both = f"{new}, {SECRET}"
    assert tokens.read_unsubscribe(both, old_link) == (workspace_id, email_id)
    new_link = tokens.unsubscribe_url("", both, workspace_id, email_id).rpartition("/")[2]
    assert tokens.read_unsubscribe(new, new_link) == (workspace_id, email_id)
    assert tokens.read_unsubscribe(SECRET, new_link) is None

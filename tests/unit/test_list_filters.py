"""What people type after `/lead list` and `/deal list`."""

import pytest

from core import lists
from core.enums import EntityType
from core.errors import NotFound
from core.lists import ListFilter, Vocabulary

KNOWN = Vocabulary(
    stages={"Proposal": "s1", "Proposal sent": "s2"},
    sources={"Referral": "r1", "Trade fair": "r2"},
    tags={"VIP": "t1"},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mine", ListFilter(owner="mine")),
        ("team due", ListFilter(owner="team", when="due")),
        ("Mine NEW due", ListFilter(owner="mine", state="new", when="due")),
        ("unassigned", ListFilter(owner="nobody")),
        ("all", ListFilter(state="all")),
        ("overdue <@U0BEN|ben>", ListFilter(owner="U0BEN", when="overdue")),
        ("source:referral", ListFilter(source="r1")),
        ('source:"trade fair" contacted', ListFilter(source="r2", state="contacted")),
        ("source:trade tag:vip", ListFilter(source="r2", tag="t1")),
        ("acme rollout", ListFilter(state="all", words="acme rollout")),
        ("mine acme", ListFilter(owner="mine", words="acme")),
        ("", ListFilter()),
    ],
)
def test_words_after_lead_list(text: str, expected: ListFilter) -> None:
    assert lists.parse(EntityType.LEAD, text, KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("proposal", ListFilter(state="s1")),
        ("mine proposal sent", ListFilter(owner="mine", state="s2")),
        ("proposals", ListFilter(state="all", words="proposals")),
        ("stale mine", ListFilter(owner="mine", when="stale")),
        ("closing won", ListFilter(state="won", when="closing")),
        ("lost", ListFilter(state="lost")),
        ("new", ListFilter(state="all", words="new")),
    ],
)
def test_words_after_deal_list(text: str, expected: ListFilter) -> None:
    assert lists.parse(EntityType.DEAL, text, KNOWN) == expected


@pytest.mark.parametrize("text", ["source:nowhere", "tag:nothing", 'source:""'])
def test_a_source_or_tag_there_is_none_of_is_refused(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        lists.parse(EntityType.LEAD, text, KNOWN)
    assert refused.value.code == "list_word_unknown"


def test_very_long_text_is_cut() -> None:
    assert len(lists.parse(EntityType.DEAL, "x" * 5000, KNOWN).words) == lists.WORDS_MAX


def test_one_field_is_changed_and_only_to_what_lists_know() -> None:
    chosen = ListFilter(owner="mine")
    assert lists.change(EntityType.LEAD, chosen, "when", "due") == ListFilter(owner="mine", when="due")
    assert lists.change(EntityType.LEAD, chosen, "sort", "newest") == chosen, "the usual order is none"
    for name, value in (("when", "stale"), ("sort", "value"), ("nothing", "")):
        with pytest.raises(NotFound):
            lists.change(EntityType.LEAD, chosen, name, value)

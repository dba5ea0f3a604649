"""Words written to Rapport, channels that belong to a record, and links, as Slack shows them."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot.routes import BUTTON_VALUE_MAX, RunWords
from bot.views import links as views
from core import links
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.records import Hit
from tests.golden import assert_golden, problems_of

EN = Viewer("en_US", "UTC")
CHANGE = UUID(int=99)
DEAL = Hit(EntityType.DEAL, UUID(int=7), "D-7", "Rollout", "Acme GmbH")
LEAD = Hit(EntityType.LEAD, UUID(int=8), "L-8", "Lena Fischer")
HOSTILE = "<!channel> *x* `y` <https://evil|ok> " + "long " * 1000
SITE = "https://crm.example/rapport"


def test_words() -> None:
    assert_golden("links/open_form", views.open_form("New lead", "lead", "new Ana Silva", EN))
    assert_golden("links/did_you_mean", views.did_you_mean("deel", "deal", "view D-7", EN))


def test_channels() -> None:
    assert_golden("links/linked", views.linked(DEAL, "C1", CHANGE, EN, anew=True))
    assert_golden("links/linked_already", views.linked(DEAL, "C1", CHANGE, EN, anew=False))
    assert_golden("links/relink", views.relink(LEAD, DEAL, "C1", EN))
    assert_golden("links/relink_hidden", views.relink(LEAD, None, "C1", EN))
    assert_golden("links/unlinked", views.unlinked(DEAL, "C1", CHANGE, EN))
    assert_golden("links/whose_channel", views.whose_channel(DEAL, "C1", EN))
    assert_golden("links/no_ones_channel", views.whose_channel(None, "C1", EN))


def test_links() -> None:
    assert_golden("links/link", views.link_of(DEAL, "https://rapport.example/r/deal/7", EN))
    for kind in links.KINDS:
        assert_golden(f"links/unfurled_{kind}", views.unfurled(kind, UUID(int=7), None, EN))


def test_foreign_words_are_harmless_and_fit() -> None:
    strange = replace(DEAL, name=HOSTILE)
    shown = (
        views.open_form("New lead", "lead", HOSTILE, EN),
        views.did_you_mean(HOSTILE, "deal", HOSTILE, EN),
        views.linked(strange, "C1", CHANGE, EN, anew=True),
        views.relink(strange, strange, "C1", EN),
        views.unlinked(strange, "C1", CHANGE, EN),
        views.link_of(strange, SITE, EN),
    )
    for one in shown:
        assert problems_of(one) == []
        assert "<!channel>" not in one.text


@pytest.mark.parametrize("words", ["new Ana", "ü" * 5000, '"' * 5000, "\n" * 5000, "😀" * 3000])
def test_what_a_button_runs_always_fits(words: str) -> None:
    route = views.run("lead", words)
    assert len(route.pack()) <= BUTTON_VALUE_MAX
    assert words.startswith(route.text)
    assert RunWords.expect(route.pack()) == route


@pytest.mark.parametrize("kind", links.KINDS)
def test_a_link_is_read_as_it_was_made(kind: EntityType) -> None:
    record_id = UUID(int=7)
    url = links.url_of(SITE, kind, record_id)
    assert links.record_in(SITE, url) == (kind, record_id)
    assert links.record_in(SITE, url + "?from=mail#top") == (kind, record_id)
    assert links.record_in("", url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/rapport/r/deal/00000000-0000-0000-0000-000000000007",
        "http://crm.example/rapport/r/deal/00000000-0000-0000-0000-000000000007",
        "https://crm.example/r/deal/00000000-0000-0000-0000-000000000007",
        f"{SITE}/r/activity/00000000-0000-0000-0000-000000000007",
        f"{SITE}/r/deal/7",
        f"{SITE}/r/deal/",
        f"{SITE}/pricing",
    ],
)
def test_any_other_address_names_no_record(url: str) -> None:
    assert links.record_in(SITE, url) is None

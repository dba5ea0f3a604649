"""Foreign text in mrkdwn."""

import pytest

from bot.views.kit import esc


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> & <https://evil|ok>", "&lt;!channel&gt; &amp; &lt;https://evil|ok&gt;"),
        ("*VIP* _now_ ~no~ `code`", "\u2217VIP\u2217 \u02cdnow\u02cd \u223cno\u223c \u02cbcode\u02cb"),
        ("*two words*", "\u2217two words\u2217"),
        ("O'Brien (*VIP*)", "O'Brien (\u2217VIP\u2217)"),
        ("2*3*4, a_b_c, 2 * 3", "2*3*4, a_b_c, 2 * 3"),
        ("_ana_@acme.io https://acme.io/_x_/", "_ana_@acme.io https://acme.io/_x_/"),
    ],
)
def test_foreign_text_is_read_as_it_was_typed(typed: str, shown: str) -> None:
    assert esc(typed) == shown

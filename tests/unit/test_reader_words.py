"""What stands above a quote of ours is known for that by the parser of replies, in every language."""

from datetime import UTC, datetime

import pytest
from babel import dates

from core.emails.reader_words import WORDS, words_for
from notifications.reply_cutting import cut


@pytest.mark.parametrize("language", WORDS)
def test_a_quote_of_ours_is_cut_off_again(language: str) -> None:
    at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    when = dates.format_datetime(at, "d MMM yyyy, HH:mm", locale=language)
    head = WORDS[language].wrote.format(when=when, who="Lena Fischer")
    assert cut(f"Gern, Dienstag.\n\n{head}\n> Hallo\n> Welt") == "Gern, Dienstag."


@pytest.mark.parametrize(
    ("locale", "language"), [("de_AT", "de"), ("sv-SE", "sv"), ("EN", "en"), ("pt_BR", "en"), ("", "en")]
)
def test_a_locale_has_a_language(locale: str, language: str) -> None:
    assert words_for(locale) == (language, WORDS[language])

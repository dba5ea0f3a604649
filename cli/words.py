"""What went wrong, in words for the terminal: the sentences of Slack, with the options' names instead of labels."""

from collections.abc import Mapping

from bot.errors import field_sentence, sentence
from core.errors import DomainError, Invalid
from core.i18n import Viewer

VIEWER = Viewer("en_US", "UTC")
OPTIONS: Mapping[str, str] = {
    "record": "REF",
    "subject": "--subject",
    "day": "--when",
    "duration_minutes": "--duration",
    "objections": "--objections",
    "notes": "--notes",
    "next_step": "--next-step",
    "next_follow_up": "--follow-up",
}
"""How a form's fields are called on the command line."""


def in_words(error: DomainError) -> str:
    """One sentence, or one line for each option that cannot be used."""
    if isinstance(error, Invalid) and error.fields:
        return "\n".join(
            f"{OPTIONS.get(field, field)}: {field_sentence(code, VIEWER)}" for field, code in error.fields.items()
        )
    return sentence(error, VIEWER)

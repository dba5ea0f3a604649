"""What is wrong with a payload, in the form Slack reports it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault: where (a JSON pointer), what, and the API error it leads to when it is not the usual one."""

    pointer: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        """Return the line Slack puts into `response_metadata.messages`."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"

"""What can go wrong for a person at the screen."""

from collections.abc import Sequence

from sandbox.model import Violation


class NotOnScreenError(AssertionError):
    """What was looked for is not there; the message shows what is."""

    def __init__(self, wanted: str, screen: str) -> None:
        """Say what was wanted and show the screen."""
        super().__init__(f"{wanted} is not on the screen, which shows:\n{screen or '(nothing)'}")


class ConfirmNeededError(AssertionError):
    """A button asks for confirmation; say `confirm=True` or `confirm=False`."""


class ProtocolError(AssertionError):
    """The app broke Slack's rules while the person was acting."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        """List what was broken."""
        super().__init__("\n".join(str(violation) for violation in violations))
        self.violations = list(violations)

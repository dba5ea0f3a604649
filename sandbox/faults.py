"""Deliberate trouble on the line, in both directions, for tests and the developer's drawer."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from pydantic import TypeAdapter

from sandbox.jsons import JsonObject

CallMode = Literal["drop_before", "drop_after", "delay", "error", "ratelimited"]
DeliveryMode = Literal["duplicate", "delay", "drop", "lose_answer", "out_of_order"]
DeliveryKind = Literal["command", "interactive", "events", "mail_events", "mail", "any"]
"""`mail_events` and `mail`: SendGrid's two webhooks, for what became of mails and for mails that came in."""


@dataclass
class CallFault:
    """Trouble with the app's calls of one Web API method, of SendGrid's `mail/send` or `scopes`, or of any (`*`).

    `drop_before` closes the connection unheard, `drop_after` does the work and then closes it; `delay` waits
    `seconds`; `error` answers HTTP `status`; `ratelimited` answers 429 with `Retry-After: seconds`.
    """

    method: str
    mode: CallMode
    times: int = 1
    seconds: float = 1.0
    status: int = 503


@dataclass
class DeliveryFault:
    """Trouble with what the app is sent.

    `duplicate` sends `copies` more of the same, at once when `parallel`; `delay` waits `seconds`; `drop` never
    sends; `lose_answer` sends but does not hear the reply; `out_of_order` lets the next event go first.
    """

    kind: DeliveryKind
    mode: DeliveryMode
    times: int = 1
    seconds: float = 1.0
    copies: int = 1
    parallel: bool = False


@dataclass
class Faults:
    """The faults in force; each wears off after its number of times."""

    calls: list[CallFault] = field(default_factory=list)
    deliveries: list[DeliveryFault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def on_call(self, method: str, mode: CallMode, *, times: int = 1, seconds: float = 1.0, status: int = 503) -> None:
        """Trouble the next `times` calls of `method` (`*` for any)."""
        with self._lock:
            self.calls.append(CallFault(method, mode, times, seconds, status))

    def on_delivery(
        self,
        kind: DeliveryKind,
        mode: DeliveryMode,
        *,
        times: int = 1,
        seconds: float = 1.0,
        copies: int = 1,
        parallel: bool = False,
    ) -> None:
        """Trouble the next `times` deliveries of a kind."""
        with self._lock:
            self.deliveries.append(DeliveryFault(kind, mode, times, seconds, copies, parallel))

    def add(self, body: JsonObject) -> None:
        """Add a fault described as JSON: with `method` for calls, with `kind` for deliveries.

        Raises ValueError, which says what is wrong, for anything else.
        """
        with self._lock:
            if "method" in body:
                self.calls.append(TypeAdapter(CallFault).validate_python(body))
            else:
                self.deliveries.append(TypeAdapter(DeliveryFault).validate_python(body))

    def clear(self) -> None:
        """Let everything pass again."""
        with self._lock:
            self.calls.clear()
            self.deliveries.clear()

    def take_call(self, method: str) -> CallFault | None:
        """Use up one occurrence of the first fault that concerns `method`."""
        with self._lock:
            for fault in self.calls:
                if fault.method in (method, "*"):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.calls.remove(fault)
                    return fault
        return None

    def take_delivery(self, kind: DeliveryKind) -> DeliveryFault | None:
        """Use up one occurrence of the first fault that concerns this kind of delivery."""
        with self._lock:
            for fault in self.deliveries:
                if fault.kind in (kind, "any"):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.deliveries.remove(fault)
                    return fault
        return None

"""Processes end when they are asked to, at whatever moment that is."""

import signal
from collections.abc import Iterator
from threading import Event

import pytest

from cli.signals import STOP_SIGNALS, stop_event

ENOUGH_SECONDS = 30


@pytest.fixture
def stop() -> Iterator[Event]:
    """The event; the handlers of this process are put back afterwards."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield stop_event()
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_each_signal_is_heard(stop: Event, number: signal.Signals) -> None:
    assert not stop.is_set()
    signal.raise_signal(number)
    assert stop.wait(ENOUGH_SECONDS)


def test_a_signal_is_heard_by_who_is_about_to_wait(stop: Event) -> None:
    with stop._cond:  # as `stop.wait()` holds it for a moment; what sets the event needs it too
        signal.raise_signal(signal.SIGTERM)
    assert stop.wait(ENOUGH_SECONDS)


def test_other_signals_ask_for_nothing(stop: Event) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.raise_signal(signal.SIGUSR1)
    assert not stop.wait(0.1)
    signal.signal(signal.SIGUSR1, before)

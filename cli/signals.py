"""Being asked to end."""

import os
import signal
import threading

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def stop_event() -> threading.Event:
    """An event that is set when the process is asked to end. To be called in the main thread.

    A thread of its own sets it. Python runs a handler between two steps of the main thread, which may be on its way
    into waiting for the very event: it then sleeps on with the signal unheard, or waits for a lock it holds itself.
    """
    stop = threading.Event()
    heard, told = os.pipe()
    os.set_blocking(told, False)
    signal.set_wakeup_fd(told)
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: None)  # or the system's own answer, which is to end at once, would stay
    threading.Thread(target=_listen, args=(heard, stop), name="signals", daemon=True).start()
    return stop


def _listen(heard: int, stop: threading.Event) -> None:
    """Set the event as soon as a number of STOP_SIGNALS comes through the pipe."""
    while number := os.read(heard, 1):
        if number[0] in STOP_SIGNALS:
            stop.set()

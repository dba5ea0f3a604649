"""The words of an HTML mail and the new words of any, found by a process that is ended where it takes too long."""

import os
import re
import select
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from html import unescape
from threading import Lock

import structlog

from notifications.reply_cutting import HTML, TEXT

log = structlog.get_logger()
SECONDS = 2.0
"""How long one mail may take."""
START_SECONDS = 30.0
"""How long the process may take to start."""
TEXT_MAX = 8_000
"""Characters that are looked through: what is new stands at the top."""
HTML_MAX = 500_000
"""Characters of an HTML mail whose words are looked for."""
LINE_MAX = 400
"""Characters of a line that are looked at; its rest is put back afterwards."""
_MARKS = re.compile("[\ue000\ue001]")
_TAG = re.compile("<[^<>]*>")
_MARKED = re.compile("\ue000([0-9]+)\ue001")


@dataclass(frozen=True)
class NewWords:
    """What was found. `sure` is False where the search was given up and the text is all of the mail's."""

    text: str
    sure: bool


class GaveUp(Exception):
    """The process did not answer in time, or ended."""


class ReplyCutter:
    """Cuts mails, one at a time. The process is started with the first one and used again; `close` ends it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def cut(self, text: str) -> NewWords:
        """The new words of a mail's text; all of it where they are not found in time."""
        prepared, rests = _prepare(text)
        if not prepared.strip():
            return NewWords(text.strip(), sure=True)
        found = self._answer(TEXT + prepared)
        if found is None:
            return NewWords(text.strip(), sure=False)
        if len(text) > TEXT_MAX and found.strip() == prepared.strip():
            # Nothing is quoted in what was looked through; what comes after belongs to it or not, nobody knows.
            return NewWords(text.strip(), sure=False)
        return NewWords(_MARKED.sub(lambda mark: rests[int(mark[1])], found).strip(), sure=True)

    def words_of(self, markup: str) -> str:
        """The words of an HTML mail; without its tags alone where that takes too long."""
        found = self._answer(HTML + markup[:HTML_MAX])
        return found if found is not None else unescape(_TAG.sub(" ", markup[:HTML_MAX])).strip()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _answer(self, text: str) -> str | None:
        """None where the process did not say in time; the next text gets a new one."""
        with self._lock:
            try:
                return self._ask(text)
            except (GaveUp, OSError) as error:
                log.warning("mail_text_given_up", reason=str(error) or type(error).__name__, characters=len(text))
                self._end()
                return None

    def _ask(self, text: str) -> str:
        process = self._running()
        if process.stdin is None or process.stdout is None:
            raise GaveUp("no pipes")
        until = time.monotonic() + self._seconds
        data = text.encode("utf-8", "replace")
        # The process reads all of a text before it answers, so this cannot wait for ever.
        process.stdin.write(struct.pack(">I", len(data)) + data)
        process.stdin.flush()
        return _read(process.stdout.fileno(), until)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        command = [sys.executable, "-m", "notifications.reply_cutting"]
        # Of a session of its own: Ctrl-C is for the worker, and what it closes ends this process.
        process = subprocess.Popen(  # noqa: S603 - ours alone
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._process = process
        if process.stdout is None or _read(process.stdout.fileno(), time.monotonic() + START_SECONDS) != "ready":
            raise GaveUp("not started")
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was never read by the ended process cannot be flushed
                    log.debug("pipe_not_flushed")


def _prepare(text: str) -> tuple[str, list[str]]:
    """What is sent: short lines, each with the number of its rest where it was longer; and those rests."""
    rests: list[str] = []
    lines: list[str] = []
    for line in _MARKS.sub("", text)[:TEXT_MAX].splitlines():
        if len(line) > LINE_MAX:
            rests.append(line[LINE_MAX:])
            lines.append(f"{line[:LINE_MAX]}\ue000{len(rests) - 1}\ue001")
        else:
            lines.append(line)
    return "\n".join(lines), rests


def _read(descriptor: int, until: float) -> str:
    """One answer. Raises GaveUp where it is not there by then (time.monotonic)."""
    size = struct.unpack(">I", _exactly(descriptor, 4, until))[0]
    return _exactly(descriptor, size, until).decode("utf-8", "replace")


def _exactly(descriptor: int, size: int, until: float) -> bytes:
    data = b""
    while len(data) < size:
        left = until - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise GaveUp("too slow")
        piece = os.read(descriptor, size - len(data))
        if not piece:
            raise GaveUp("ended")
        data += piece
    return data

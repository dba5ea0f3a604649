"""The sandbox's clock: real time plus an offset people may change, so that tomorrow can be seen today.

Message times and payload times follow it. Signatures, trigger lives and acknowledgement timers do not: those are
about real waiting.
"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock


class SandboxClock:
    """Real time plus an offset in seconds; the offset is shared through a small file where one is named."""

    def __init__(self, clock_file: Path | None = None) -> None:
        """Start at the offset found in `clock_file`, else at zero."""
        self._lock = Lock()
        self._file = clock_file
        self._offset = 0.0
        self._last_micros = 0
        if clock_file is not None and clock_file.exists():
            self._offset = float(clock_file.read_text(encoding="ascii").strip() or 0)

    @property
    def offset(self) -> float:
        """How far ahead of real time the sandbox is, in seconds."""
        return self._offset

    def unix(self) -> float:
        """Return the sandbox's time as unix seconds."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """Return the sandbox's time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.unix(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump by `seconds` (back when negative)."""
        self._set(self._offset + seconds)

    def jump_to(self, moment: datetime) -> None:
        """Jump to an aware moment."""
        if moment.tzinfo is None:
            message = "a moment without a time zone means nothing here"
            raise ValueError(message)
        self._set(moment.timestamp() - time.time())

    def reset(self) -> None:
        """Return to real time."""
        self._set(0.0)

    def timestamp(self) -> str:
        """Return a Slack `ts`: unix seconds with six decimals, never the same twice, always growing."""
        with self._lock:
            self._last_micros = max(self._last_micros + 1, int(self.unix() * 1_000_000))
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def _set(self, offset: float) -> None:
        with self._lock:
            self._offset = offset
            if self._file is None:
                return
            # Readers must never see half a number: write beside it, then rename.
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent)
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(repr(offset))
            Path(name).replace(self._file)

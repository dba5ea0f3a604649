"""The way back to the app: signed posts in batches, repeated and out of order, and tried again as SendGrid does."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import RLock

import urllib3

from sandbox.clock import SandboxClock
from sandbox.faults import Faults
from sandbox.jsons import JsonObject
from sandbox.mail.event_wire import body_of
from sandbox.mail.model import Account, Line, Parcel, Posted, PostKind
from sandbox.mail.signing import Signer

POST_SECONDS = 10.0
BATCH_MAX_BYTES = 768 * 1024
EVENT_RETRY_SECONDS = (60.0, 300.0, 900.0, 1800.0, 3600.0)
"""Growing intervals for a day; after the last one, that one again."""
EVENT_GIVE_UP_SECONDS = 24 * 3600.0
MAIL_RETRY_SECONDS = (*(420.0,) * 8, 3 * 3600.0)
"""Every 5 to 10 minutes in the first hour, then about every three (support article 46513815674395)."""
MAIL_GIVE_UP_SECONDS = 72 * 3600.0
EVENT_AGENT, MAIL_AGENT = "SendGrid Event API", "Sendlib/1.0 server=mx0047p1mdw1.sendgrid.net"
RESENT_SHARE = 0.3
"""How often, with duplicates on, an event of long ago comes along once more."""
POSTS_KEPT = 200


class Poster:
    """Holds what is on its way and posts it: when asked to, in the thread of who asks."""

    def __init__(self, account: Account, line: Line, clock: SandboxClock, faults: Faults) -> None:
        """Post for `account` over `line`."""
        self.events_signer, self.inbound_signer = Signer(), Signer()
        self.posted: list[Posted] = []
        """Every post so far, the newest last."""
        self.lost: list[Posted] = []
        """What the app turned away for good: SendGrid does not come again, and nobody is told."""
        self._account, self._line, self._clock, self._faults = account, line, clock, faults
        self._http = urllib3.PoolManager(maxsize=16, retries=False)
        self._events: list[JsonObject] = []
        self._past: list[JsonObject] = []
        self._parcels: list[Parcel] = []
        self._under_way = 0
        self._lock, self._posting = RLock(), RLock()
        self._dice = random.Random(line.seed)  # noqa: S311 - trouble, not secrets
        self.changed: Callable[[], None] = lambda: None

    def forget(self) -> None:
        """Start anew: nothing on its way, nothing remembered, the dice as at the start."""
        with self._posting, self._lock:
            for held in (self._events, self._past, self._parcels, self.posted, self.lost):
                held.clear()
            self._dice = random.Random(self._line.seed)  # noqa: S311

    def close(self) -> None:
        """Let go of the connections."""
        self._http.clear()

    def add_events(self, events: Sequence[JsonObject]) -> None:
        """Have events sent with the next batch."""
        with self._lock:
            self._events.extend(events)

    def add_mail(self, body: bytes, content_type: str, what: str) -> None:
        """Have a mail that came in posted; 1 to 3 times, where duplicates are on."""
        now = self._clock.unix()
        with self._lock:
            copies = self._dice.randint(1, self._line.most_mail_copies) if self._line.duplicates else 1
            for _ in range(copies):
                self._parcels.append(Parcel("inbound", body, content_type, now, now, what=what))

    @property
    def waiting(self) -> int:
        """How many parcels wait, for their turn or for their next attempt, or are being posted right now."""
        with self._lock:
            return len(self._parcels) + bool(self._events) + self._under_way

    def flush(self) -> int:
        """Post everything that is due; how many posts that were. Retries wait for the sandbox's clock."""
        with self._posting:
            due = self._take_due()
            try:
                if self._line.at_once > 1:
                    with ThreadPoolExecutor(self._line.at_once) as crew:
                        list(crew.map(self._post, due))
                else:
                    for parcel in due:
                        self._post(parcel)
            finally:
                self._under_way = 0
        if due:
            self.changed()
        return len(due)

    def _take_due(self) -> list[Parcel]:
        now = self._clock.unix()
        with self._lock:
            self._batch(now)
            due = [one for one in self._parcels if one.due <= now]
            self._parcels = [one for one in self._parcels if one.due > now]
            self._under_way = len(due)
            if self._line.disorder:
                self._dice.shuffle(due)
            return due

    def _batch(self, now: float) -> None:
        fresh, self._events = self._events, []
        if not fresh or not self._account.events_url:
            return
        events = [one for one in fresh for _ in range(self._copies())]
        if self._line.duplicates and self._past and self._dice.random() < RESENT_SHARE:
            events.append(self._dice.choice(self._past))
        self._past.extend(fresh)
        if self._line.disorder:
            self._dice.shuffle(events)
        for batch in self._batches(events):
            what = ", ".join(sorted({str(one["event"]) for one in batch}))
            kind = "application/json;charset=utf-8"
            self._parcels.append(Parcel("events", body_of(batch), kind, now, now, what=what))

    def _copies(self) -> int:
        return self._dice.randint(1, self._line.most_copies) if self._line.duplicates else 1

    def _batches(self, events: list[JsonObject]) -> list[list[JsonObject]]:
        batches: list[list[JsonObject]] = [[]]
        size, room = 0, self._room(len(events))
        for one in events:
            length = len(body_of([one]))
            if batches[-1] and (size + length > BATCH_MAX_BYTES or len(batches[-1]) >= room):
                batches.append([])
                size, room = 0, self._room(len(events))
            batches[-1].append(one)
            size += length
        return [batch for batch in batches if batch]

    def _room(self, most: int) -> int:
        return self._dice.randint(1, max(1, most)) if self._line.disorder else most

    def _post(self, parcel: Parcel) -> None:
        fault = self._faults.take_delivery("mail" if parcel.kind == "inbound" else "mail_events")
        status = 0
        if fault is None or fault.mode != "drop":
            for _ in range(1 + (fault.copies if fault is not None and fault.mode == "duplicate" else 0)):
                status = self._once(parcel)
        if fault is not None and fault.mode in ("lose_answer", "drop"):
            status = 0
        said = Posted(parcel.kind, status, parcel.what, len(parcel.body), self._clock.unix())
        with self._lock:
            self.posted.append(said)
            del self.posted[:-POSTS_KEPT]
            if not 200 <= status < 300:
                self._again_or_lost(parcel, said)

    def _again_or_lost(self, parcel: Parcel, said: Posted) -> None:
        inbound = parcel.kind == "inbound"
        waits = MAIL_RETRY_SECONDS if inbound else EVENT_RETRY_SECONDS
        give_up = MAIL_GIVE_UP_SECONDS if inbound else EVENT_GIVE_UP_SECONDS
        # A mail that is answered 3xx or 4xx is dropped at once; events come again after anything but 2xx.
        refused = inbound and 300 <= said.status < 500
        parcel.due = self._clock.unix() + waits[min(parcel.attempt, len(waits) - 1)]
        parcel.attempt += 1
        if refused or parcel.due - parcel.first > give_up:
            self.lost.append(said)
        else:
            self._parcels.append(parcel)

    def _once(self, parcel: Parcel) -> int:
        url = self._url(parcel.kind)
        if not url:
            return 0
        signer = self.inbound_signer if parcel.kind == "inbound" else self.events_signer
        headers = {
            "Content-Type": parcel.content_type,
            "User-Agent": MAIL_AGENT if parcel.kind == "inbound" else EVENT_AGENT,
            **signer.headers(str(int(self._clock.unix())), parcel.body),
        }
        try:
            return self._http.request(
                "POST", url, body=parcel.body, headers=headers, timeout=POST_SECONDS, redirect=False
            ).status
        except urllib3.exceptions.HTTPError:
            return 0

    def _url(self, kind: PostKind) -> str:
        return self._account.inbound_url if kind == "inbound" else self._account.events_url

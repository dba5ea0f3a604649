"""The Events API: envelopes, subscriptions, retries with the same event id."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition, Timer

from sandbox.delivery import Answer, Courier, Retry
from sandbox.jsons import JsonObject, copy_json
from sandbox.model import Channel, Message, Team, User
from sandbox.state import SandboxState, new_id


@dataclass(frozen=True)
class _Parcel:
    team: Team
    body: JsonObject


class EventStream:
    """Sends events in the background, or at once and waiting where a person is watching."""

    def __init__(self, sandbox: SandboxState, courier: Courier) -> None:
        """Send `sandbox`'s events through `courier`."""
        self._sandbox = sandbox
        self._courier = courier
        self._crew = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sandbox-events")
        self._timers: set[Timer] = set()
        self._held: list[_Parcel] = []
        self._quiet = Condition()
        self._pending = 0
        self._closed = False

    def emit(self, team: Team, event: JsonObject, channel: Channel | None = None, *, wait: bool = False) -> None:
        """Send an event the app subscribed to; with `wait`, return only after the first attempt."""
        if not self._wanted(team, event, channel):
            return
        parcel = _Parcel(team, self.envelope(team, event, channel))
        if self._hold_back(parcel):
            return
        parcels = [parcel, *self._released()]
        with self._quiet:
            self._pending += len(parcels)
        for item in parcels:
            if wait:
                self._attempt(item, 0)
            else:
                self._submit(item)

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until no event is under way (retries that wait for their time do not count)."""
        with self._quiet:
            if not self._quiet.wait_for(lambda: self._pending == 0, timeout):
                message = f"{self._pending} events were still under way after {timeout} s"
                raise TimeoutError(message)

    def close(self) -> None:
        """Stop the background threads and forget waiting retries."""
        with self._quiet:
            self._closed = True
            timers = list(self._timers)
        for timer in timers:
            timer.cancel()
        self._crew.shutdown(wait=True, cancel_futures=True)

    def verify_url(self, team: Team) -> bool:
        """Do Slack's `url_verification` handshake; true when the app echoes the challenge."""
        challenge = new_id("", 40)
        body: JsonObject = {"type": "url_verification", "challenge": challenge, "token": ""}
        answer = self._courier.send(team.app, "events", body)
        echoed = (answer.json() or {}).get("challenge") == challenge or answer.body.strip() == challenge
        return not answer.failure and echoed

    def ssl_check(self, team: Team) -> Answer:
        """Send the probe Slack sends to distributed apps' command addresses."""
        return self._courier.send(team.app, "command", {"token": "", "ssl_check": "1"})

    def envelope(self, team: Team, event: JsonObject, channel: Channel | None = None) -> JsonObject:
        """Wrap an event as the Events API does."""
        authorization: JsonObject = {
            "enterprise_id": None,
            "team_id": team.id,
            "user_id": team.app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return copy_json(
            {
                "token": "",
                "team_id": team.id,
                "context_team_id": team.id,
                "context_enterprise_id": None,
                "api_app_id": team.app.id,
                "event": event,
                "type": "event_callback",
                "event_id": new_id("Ev"),
                "event_time": int(self._sandbox.clock.unix()),
                "authorizations": [authorization],
                "is_ext_shared_channel": channel is not None and channel.is_shared,
                "event_context": new_id("4-", 24),
            }
        )

    def _wanted(self, team: Team, event: JsonObject, channel: Channel | None) -> bool:
        if self._closed or (team.app.uninstalled and event.get("type") != "app_uninstalled"):
            return False
        kind = str(event.get("type", ""))
        if kind == "message" and channel is not None:
            kinds = {"im": "message.im", "public": "message.channels", "private": "message.groups"}
            if team.app.bot_user_id not in channel.members:
                return False
            kind = kinds[channel.kind]
        return kind in team.app.bot_events

    def _hold_back(self, parcel: _Parcel) -> bool:
        faults = self._sandbox.faults
        first = next((f for f in faults.deliveries if f.kind in ("events", "any")), None)
        if first is None or first.mode != "out_of_order" or self._held:
            return False
        faults.take_delivery("events")
        self._held.append(parcel)
        return True

    def _released(self) -> list[_Parcel]:
        held, self._held = self._held, []
        return held

    def _submit(self, parcel: _Parcel) -> None:
        future: Future[None] = self._crew.submit(self._attempt, parcel, 0)
        future.add_done_callback(_raise_nothing_silently)

    def _attempt(self, parcel: _Parcel, number: int, reason: str = "") -> None:
        try:
            retry = Retry(number, reason) if number else None
            answer = self._courier.send(parcel.team.app, "events", parcel.body, retry)
            if answer.failure:
                self._failed(parcel, number, answer)
        finally:
            with self._quiet:
                self._pending -= 1
                self._quiet.notify_all()

    def _failed(self, parcel: _Parcel, number: int, answer: Answer) -> None:
        kind = parcel.body["event"]
        name = kind.get("type") if isinstance(kind, dict) else ""
        detail = f"{name} event, attempt {number + 1}: {answer.failure} {answer.status or ''}".strip()
        self._sandbox.violation(parcel.team, "event not acknowledged", detail)
        delays = self._sandbox.rules.event_retry_delays
        if number >= len(delays) or answer.no_retry or self._closed:
            return
        with self._quiet:
            delay = delays[number]
            timer = Timer(delay, self._again, (parcel, number + 1, answer.failure))
            timer.daemon = True
            self._timers.add(timer)
        timer.start()

    def _again(self, parcel: _Parcel, number: int, reason: str) -> None:
        with self._quiet:
            if self._closed:
                return
            self._timers = {timer for timer in self._timers if timer.is_alive()}
            self._pending += 1
        self._attempt(parcel, number, reason)


def _raise_nothing_silently(future: "Future[None]") -> None:
    if not future.cancelled():
        future.result()


def message_event(team: Team, channel: Channel, message: Message) -> JsonObject:
    """Return the `message` event of a posted message."""
    kinds = {"im": "im", "public": "channel", "private": "group"}
    event: JsonObject = {
        "type": "message",
        "channel": channel.id,
        "channel_type": kinds[channel.kind],
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "team": team.users[message.user].team_id,
    }
    if channel.is_shared:
        event["user_team"] = team.users[message.user].team_id
    if message.by_app:
        event.update(bot_id=team.app.bot_id, app_id=team.app.id)
    if message.blocks:
        event["blocks"] = message.blocks
    if message.thread_ts:
        event["thread_ts"] = message.thread_ts
    return event


def mention_event(team: Team, channel: Channel, message: Message) -> JsonObject:
    """Return the `app_mention` event of a message that names the app."""
    event = message_event(team, channel, message)
    event.pop("channel_type")
    return {**event, "type": "app_mention"}


def home_opened(user: User, channel_id: str, tab: str, view: JsonObject | None, event_ts: str) -> JsonObject:
    """Return `app_home_opened`; without a `view` on the very first opening."""
    event: JsonObject = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel_id,
        "tab": tab,
        "event_ts": event_ts,
    }
    return {**event, "view": view} if view is not None else event

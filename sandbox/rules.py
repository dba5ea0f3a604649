"""The numbers of Slack's contract, each changeable so that a test need not wait."""

from dataclasses import dataclass


@dataclass
class Rules:
    """Timers in seconds, counts as stated. Sources: Slack's reference pages for the feature named beside each."""

    ack_seconds: float = 3.0  # interactivity, commands, events: the answer must be there
    trigger_seconds: float = 3.0  # views.open: expired_trigger_id afterwards
    stack: int = 3  # views.push: push_limit_reached beyond
    response_url_uses: int = 5
    response_url_seconds: float = 1800.0
    event_retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)  # Events API: at once, 1 minute, 5 minutes
    rate_limits: bool = True
    channel_burst: int = 3  # chat.postMessage: 1 message a second for each channel, short bursts allowed
    deduplicate_client_msg_id: bool = True
    deliver_own_messages: bool = True  # Slack sends an app its own messages too

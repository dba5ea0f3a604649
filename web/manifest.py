"""The Slack app's manifest: what people paste into Slack to make the app."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.routes import LeadFromMessage, LogCall, NewLead, NoteFromMessage, SearchRecords, TaskFromMessage

Manifest = dict[str, object]

NAME = "Rapport"
COLOR = "#1d4e4a"
SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:write",
    "im:history",
    "im:write",
    "links:read",
    "links:write",
    "users:read",
    "users:read.email",
)
"""No channel is read and nobody's messages but those to the app itself: the least that the product works with."""
EVENTS = ("app_home_opened", "app_mention", "link_shared", "message.im", "user_change")
COMMANDS = (
    (
        "/lead",
        "Leads: create, look up, give to a colleague",
        "new [name, company, mail, phone] | view L-42 | list [mine due] | assign L-42 @user | find words",
    ),
    ("/call", "Log a call", "log [L-42 or D-7]"),
    ("/email", "Write an e-mail: to a lead, a contact, a deal", "L-42 [template]"),
    (
        "/deal",
        "Deals: create, look up, move, give to a colleague",
        "new [name] | view D-7 | list [mine stale] | move D-7 Proposal | assign D-7 @user",
    ),
    ("/quote", "Quotes: draft, look up", "new [D-7] | view Q-2026-0001 | list [sent, accepted, mine or words]"),
    ("/pipeline", "Deals by stage, and which need attention", "mine | team | all [pipeline]"),
    ("/task", "Plan a task in one line; your open tasks", "add Call Ana @bob friday 3pm | list"),
    ("/meeting", "Plan a meeting, say how it went", "plan Demo for D-7 tomorrow 3pm | log | list"),
    ("/report", "A week's mails, calls, leads and deals", "week [weeks ago]"),
    ("/crm", "Find a record, or see what Rapport can do", "D-7 | help"),
)
"""Name, what it is for, how it goes on. Slack shows both while people type."""
SHORTCUTS = (
    ("New lead", "global", NewLead.id, "Create a lead"),
    ("Log a call", "global", LogCall.id, "Log a call you just had"),
    ("Find a record", "global", SearchRecords.id, "Find a lead, contact, account or deal"),
    ("Create lead", "message", LeadFromMessage.id, "Create a lead from what this message says"),
    ("Save to record", "message", NoteFromMessage.id, "Keep this message on a lead, contact, account or deal"),
    ("New task", "message", TaskFromMessage.id, "Plan a task from this message"),
)
"""Name, kind, callback id (a route's id), description."""


def manifest(url: str = "") -> Manifest:
    """The manifest as a plain mapping: over HTTP where `url` (https://…) is given, else in Socket Mode.

    Shape: docs.slack.dev/reference/app-manifest.
    """
    events_url = f"{url.rstrip('/')}/slack/events" if url else ""
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": NAME,
            "description": "The CRM that lives in Slack",
            "background_color": COLOR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [
                {"name": name, "type": kind, "callback_id": callback, "description": description}
                for name, kind, callback, description in SHORTCUTS
            ],
            "slash_commands": [
                _with_url({"command": name, "description": what, "usage_hint": hint, "should_escape": True}, events_url)
                for name, what, hint in COMMANDS
            ],
            # Links to records are shown as cards; without a site there are none.
            **({"unfurl_domains": [urlsplit(url).hostname]} if url else {}),
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": _with_request_url({"bot_events": list(EVENTS)}, events_url),
            "interactivity": _interactivity(events_url),
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(value: Mapping[str, object]) -> str:
    """A manifest as YAML. Texts are quoted as in JSON, which YAML reads (yaml.org/spec/1.2.2, §1.2)."""
    return "\n".join(_lines(value, 0)) + "\n"


def _with_url(command: Manifest, url: str) -> Manifest:
    return {**command, "url": url} if url else command


def _with_request_url(settings: Manifest, url: str) -> Manifest:
    return {"request_url": url, **settings} if url else settings


def _interactivity(url: str) -> Manifest:
    if not url:
        return {"is_enabled": True}
    # Searching selects have their own address in Slack's settings; it is the same one here.
    return {"is_enabled": True, "request_url": url, "message_menu_options_url": url}


def _lines(value: Mapping[str, object], depth: int) -> list[str]:
    pad, lines = "  " * depth, []
    for key, item in value.items():
        if isinstance(item, Mapping):
            lines += [f"{pad}{key}:", *_lines(item, depth + 1)]
        elif isinstance(item, Sequence) and not isinstance(item, str):
            lines += [f"{pad}{key}:", *_items(item, depth + 1)]
        else:
            lines.append(f"{pad}{key}: {_scalar(item)}")
    return lines


def _items(items: Sequence[object], depth: int) -> list[str]:
    pad, lines = "  " * depth, []
    for item in items:
        if isinstance(item, Mapping):
            first, *rest = _lines(item, depth + 1)
            lines += [f"{pad}- {first.strip()}", *rest]
        else:
            lines.append(f"{pad}- {_scalar(item)}")
    return lines


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

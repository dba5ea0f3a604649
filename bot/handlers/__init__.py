"""What the product answers in Slack, one file an area. Importing an area's file registers its handlers."""

from importlib import import_module

AREAS = (
    "accounts",
    "activities",
    "audit",
    "bulk",
    "contacts",
    "deal_stages",
    "deals",
    "digests",
    "emails",
    "health",
    "home",
    "leads",
    "links",
    "lists",
    "mailings",
    "mails",
    "meetings",
    "mentions",
    "more",
    "mornings",
    "notices",
    "numbers",
    "own_settings",
    "pings",
    "pipeline",
    "quote_editor",
    "quotes",
    "records",
    "replies",
    "reports",
    "settings",
    "settings_lists",
    "settings_mail",
    "shortcuts",
    "tags",
    "targets",
    "tasks",
)
"""The files of this package. Each is listed in help, guide and manifest by what it registers, in this order."""


def register_all() -> None:
    """Import every area, so that its routes and commands are known."""
    for area in AREAS:
        import_module(f"{__name__}.{area}")

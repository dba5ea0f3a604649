"""A small robot maker's workspace, the same in every start: ids are fixed because the app stores them."""

from collections.abc import Mapping, Sequence

from sandbox.jsons import as_objects, as_strings
from sandbox.model import Channel, InstalledApp, Team, User, commands_from, section, shortcuts_from
from sandbox.state import new_id

SCOPES = (
    "commands",
    "chat:write",
    "files:write",
    "im:write",
    "users:read",
    "users:read.email",
    "team:read",
    "app_mentions:read",
    "im:history",
    "links:read",
    "links:write",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "message.im",
    "link_shared",
    "user_change",
    "app_uninstalled",
    "tokens_revoked",
)
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - known on purpose, guards nothing
BOT_TOKEN = "xoxb-sandbox-northwind"  # noqa: S105
APP_TOKEN = "xapp-sandbox-northwind"  # noqa: S105

# id suffix, name, real name, title, zone, locale, colour, what the person switch says
PEOPLE = (
    ("ANA", "ana", "Ana Costa", "Account executive", "Europe/Lisbon", "en-GB", "2e6f95", "rep"),
    ("BEN", "ben", "Ben Okafor", "Account executive", "America/Los_Angeles", "en-US", "b5651d", "rep"),
    ("MIRA", "mira", "Mira Brandt", "Head of sales", "Europe/Berlin", "de-DE", "8d3b72", "manager"),
    ("SAM", "sam", "Sam Lee", "Sales operations", "Australia/Sydney", "en-AU", "4c6b3c", "admin"),
    ("GUS", "gus", "Gus Ferreira", "Contractor", "Europe/Lisbon", "pt-PT", "7a7a7a", "guest"),
    ("OLGA", "olga", "Olga Petrova", "Buyer at Contoso", "Europe/Sofia", "en-GB", "99582a", "outside"),
)
OUTSIDE_TEAM = "T0CONTOSO1"


def app_from_manifest(
    manifest: Mapping[str, object],
    *,
    suffix: str = "NORTHWIND",
    bot_token: str = BOT_TOKEN,
    app_token: str = APP_TOKEN,
    signing_secret: str = SIGNING_SECRET,
    request_url: str = "",
    scopes: Sequence[str] | None = None,
) -> InstalledApp:
    """Install an app as its parsed manifest declares it.

    An empty manifest gives an app without commands, with the default scopes and events. `scopes` overrides
    what the manifest asks for, as an administrator may.
    """
    display = section(manifest, "display_information")
    events = as_strings(section(manifest, "settings", "event_subscriptions").get("bot_events"))
    wanted = as_strings(section(manifest, "oauth_config", "scopes").get("bot"))
    features = section(manifest, "features")
    home = section(manifest, "features", "app_home")
    return InstalledApp(
        id=f"A0{suffix[:9]}",
        name=str(display.get("name", "Rapport")),
        bot_user_id=f"U0BOT{suffix[:6]}",
        bot_id=f"B0{suffix[:9]}",
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=signing_secret,
        request_url=request_url,
        scopes=tuple(scopes if scopes is not None else wanted or SCOPES),
        bot_events=tuple(events or EVENTS),
        commands=commands_from(as_objects(features.get("slash_commands"))),
        shortcuts=shortcuts_from(as_objects(features.get("shortcuts"))),
        unfurl_domains=tuple(as_strings(features.get("unfurl_domains"))),
        home_tab=home.get("home_tab_enabled", True) is True,
        messages_tab=home.get("messages_tab_enabled", True) is True,
    )


def northwind(
    manifest: Mapping[str, object],
    *,
    request_url: str = "",
    bot_token: str = BOT_TOKEN,
    app_token: str = APP_TOKEN,
    signing_secret: str = SIGNING_SECRET,
) -> Team:
    """Return the demo workspace, Northwind Robotics, with the app of `manifest` installed."""
    app = app_from_manifest(
        manifest,
        request_url=request_url,
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=signing_secret,
    )
    return _workspace("T0NORTHWND", "Northwind Robotics", "northwind", app, "")


def fresh_team(
    manifest: Mapping[str, object],
    *,
    request_url: str = "",
    signing_secret: str = SIGNING_SECRET,
    app_token: str = "",
    scopes: Sequence[str] | None = None,
) -> Team:
    """Return a workspace like the demo's under ids and tokens of its own, so that tests do not meet."""
    suffix = new_id("", 6)
    app = app_from_manifest(
        manifest,
        suffix=suffix,
        bot_token=f"xoxb-{suffix.lower()}",
        app_token=app_token or f"xapp-{suffix.lower()}",
        signing_secret=signing_secret,
        request_url=request_url,
        scopes=scopes,
    )
    return _workspace(f"T0{suffix}", f"Northwind {suffix}", f"northwind-{suffix.lower()}", app, suffix)


def _workspace(team_id: str, name: str, domain: str, app: InstalledApp, suffix: str) -> Team:
    team = Team(id=team_id, name=name, domain=domain, app=app)
    for short, user_name, real_name, title, zone, locale, color, hint in PEOPLE:
        outside = hint == "outside"
        company = "contoso" if outside else "northwind"
        user_id = f"U0{short}{suffix}"
        team.users[user_id] = User(
            id=user_id,
            team_id=OUTSIDE_TEAM if outside else team_id,
            name=user_name,
            real_name=real_name,
            email=f"{user_name}@{company}.example",
            title=title,
            tz=zone,
            locale=locale,
            color=color,
            role_hint=hint,
            is_admin=hint == "admin",
            is_guest=hint == "guest",
        )
    bot = User(
        id=app.bot_user_id,
        team_id=team_id,
        name=app.name.lower(),
        real_name=app.name,
        color=app.color,
        is_bot=True,
        tz="UTC",
    )
    team.users[bot.id] = bot
    _channels(team, suffix)
    return team


def _channels(team: Team, suffix: str) -> None:
    by_hint: dict[str, set[str]] = {}
    for user in team.users.values():
        by_hint.setdefault(user.role_hint, set()).add(user.id)
    staff = by_hint["rep"] | by_hint["manager"] | by_hint["admin"]
    bot = {team.app.bot_user_id}
    channels = (
        Channel(f"C0SALES{suffix}", "sales", "public", staff | bot, "Deals, leads and the morning digest"),
        Channel(f"C0GENERAL{suffix}", "general", "public", staff | by_hint["guest"], "Everyone, everything"),
        Channel(f"C0RANDOM{suffix}", "random", "public", set(staff), "Not work"),
        Channel(
            f"C0CONTOSO{suffix}",
            "contoso-northwind",
            "public",
            staff | by_hint["outside"] | bot,
            "Shared with Contoso",
            is_shared=True,
        ),
        Channel(f"G0LEADERS{suffix}", "sales-leaders", "private", by_hint["manager"] | by_hint["admin"]),
    )
    for channel in channels:
        team.channels[channel.id] = channel

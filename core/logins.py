"""As whom the database is used, and how its URL is written. Light, for processes that only start or migrate one."""

from sqlalchemy.engine import make_url

APP_ROLE = "rapport_app"
DISPATCHER_ROLE = "rapport_dispatcher"
"""May read only which workspaces have something due (the worker's first question)."""


def sqlalchemy_url(url: str) -> str:
    """A libpq-style URL with the driver SQLAlchemy must use (psycopg 3)."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

"""Links to records: they name a record and say nothing about it."""

from urllib.parse import urlsplit
from uuid import UUID

from core.enums import EntityType

KINDS = (EntityType.LEAD, EntityType.ACCOUNT, EntityType.CONTACT, EntityType.DEAL, EntityType.QUOTE)
PATH = "/r"


def url_of(site: str, kind: EntityType, record_id: UUID) -> str:
    """The link of a record; `site` is where the product's pages are (https://…, no slash at the end)."""
    return f"{site}{PATH}/{kind.value}/{record_id}"


def record_in(site: str, url: str) -> tuple[EntityType, UUID] | None:
    """The record a link of this site names; None for any other address. Whether it exists is not asked."""
    ours, found = urlsplit(site), urlsplit(url)
    if not site or (found.scheme, found.netloc) != (ours.scheme, ours.netloc):
        return None
    if not found.path.startswith(f"{ours.path}{PATH}/"):
        return None
    return parse(found.path.removeprefix(f"{ours.path}{PATH}/"))


def parse(path: str) -> tuple[EntityType, UUID] | None:
    """`deal/<id>` as kind and id; None for anything else."""
    kind, _, record_id = path.strip("/").partition("/")
    try:
        named = EntityType(kind), UUID(record_id)
    except ValueError:
        return None
    return named if named[0] in KINDS else None

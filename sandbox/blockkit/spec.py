"""The limits file as typed data."""

from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

Surface = Literal["message", "modal", "home"]


class FieldSpec(BaseModel):
    """What one field may hold; `min` and `max` count characters or items, or bound an integer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    required: bool = False
    min: int | None = None
    max: int | None = None
    above: float | None = None
    values: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    of: "FieldSpec | None" = None
    https: bool = False
    or_text: bool = False
    nullable: bool = False


class ThingSpec(BaseModel):
    """A block, an element or a composition object."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: dict[str, FieldSpec]
    surfaces: tuple[Surface, ...] = ()
    traits: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    typed: bool = False


class SurfaceSpec(BaseModel):
    """Limits of a whole message or view."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: tuple[int, int]
    fields: dict[str, FieldSpec] = {}
    table_blocks: tuple[str, ...] = ()
    max_tables: int | None = None
    max_charts: int | None = None
    max_plans: int | None = None
    markdown_chars: int | None = None
    table_chars: int | None = None
    all_blocks_chars: int | None = None
    view_bytes: int | None = None


class Limits(BaseModel):
    """The whole limits file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    block_id: FieldSpec
    surfaces: dict[Surface, SurfaceSpec]
    traits: dict[str, dict[str, FieldSpec]]
    blocks: dict[str, ThingSpec]
    elements: dict[str, ThingSpec]
    objects: dict[str, ThingSpec]


@cache
def limits() -> Limits:
    """Read the limits file once."""
    source = resources.files("sandbox.blockkit").joinpath("limits.json")
    return Limits.model_validate_json(source.read_text(encoding="utf-8"))

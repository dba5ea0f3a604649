"""What every table and model keeps to."""

import pytest
from sqlalchemy import CheckConstraint, Table
from sqlalchemy.orm import Mapper

from core.models import Base, Tenant, Tracked, Versioned
from tests.rows import tables

TABLES = [pytest.param(table, id=table.name) for table in tables()]
MAPPERS = sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
TRACKED = [pytest.param(mapper, id=mapper.class_.__name__) for mapper in MAPPERS if issubclass(mapper.class_, Tracked)]
BOOKKEEPING = {"workspace_id", "id", "number", "created_at", "archived_at", "version", "updated_at"}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_and_index_starts_with_the_workspace(table: Table) -> None:
    keys = [key for key in (*table.constraints, *table.indexes) if not isinstance(key, CheckConstraint)]
    firsts = {str(key.name): next(iter(key.columns)).name for key in keys}  # type: ignore[attr-defined]
    assert {name: column for name, column in firsts.items() if column != "workspace_id"} == {}
    for key in table.foreign_key_constraints:
        assert key.elements[0].column.name == "workspace_id"
        assert {element.column.table for element in key.elements} == {key.referred_table}


@pytest.mark.parametrize("table", TABLES)
def test_every_id_that_points_somewhere_is_a_foreign_key(table: Table) -> None:
    free = {"entity_id", "change_id"}  # records of any kind, and groups of changes
    pointing = {column.name for column in table.columns if column.name.endswith("_id")} - free - {"workspace_id"}
    others_own = ("team_id", "slack_user_id", "bot_user_id", "remote_id", "message_id", "provider_id")
    keyed = {column.name for key in table.foreign_key_constraints for column in key.columns}
    assert pointing - set(others_own) <= keyed


@pytest.mark.parametrize("mapper", [pytest.param(mapper, id=mapper.class_.__name__) for mapper in MAPPERS])
def test_every_model_belongs_to_a_workspace(mapper: Mapper[Base]) -> None:
    assert issubclass(mapper.class_, Tenant)


@pytest.mark.parametrize("mapper", TRACKED)
def test_what_is_tracked_are_real_columns(mapper: Mapper[Base]) -> None:
    columns = set(mapper.column_attrs.keys())
    tracked = mapper.class_.__tracked__
    assert set(tracked) <= columns
    assert tracked
    assert len(set(tracked)) == len(tracked)
    assert not set(tracked) & BOOKKEEPING
    assert mapper.class_.__entity__


def test_each_entity_has_one_name() -> None:
    names = [mapper.class_.__entity__ for mapper in MAPPERS if issubclass(mapper.class_, Tracked)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mapper", TRACKED)
def test_what_two_people_edit_refuses_stale_versions(mapper: Mapper[Base]) -> None:
    versioned = issubclass(mapper.class_, Versioned)
    assert (mapper.version_id_col is not None) == versioned


def test_no_relationship_loads_by_itself() -> None:
    loading = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in MAPPERS
        for relation in mapper.relationships
        if relation.lazy != "raise"
    ]
    assert loading == []

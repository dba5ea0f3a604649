"""Walks a payload along the limits file and collects every fault."""

from dataclasses import dataclass, field

from sandbox.blockkit.problems import Problem
from sandbox.blockkit.rules import RULES
from sandbox.blockkit.spec import FieldSpec, Surface, ThingSpec, limits
from sandbox.blockkit.values import SIMPLE_KINDS
from sandbox.jsons import JsonObject

TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
TYPE = FieldSpec(kind="string", required=True)


@dataclass
class Walk:
    """One validation: the surface, what was found, and what the cross rules must know afterwards."""

    surface: Surface
    problems: list[Problem] = field(default_factory=list)
    blocks: list[tuple[str, JsonObject]] = field(default_factory=list)
    elements: list[tuple[str, str, JsonObject]] = field(default_factory=list)

    def report(self, pointer: str, message: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(pointer, message))

    def block(self, value: object, at: str, types: tuple[str, ...] = ()) -> None:
        """Check one block; `types` narrows what may stand here."""
        spec = self._choose("block", limits().blocks, value, at, types)
        if spec is None or not isinstance(value, dict):
            return
        if self.surface not in spec.surfaces:
            self.report(f"{at}/type", f"block type {value['type']} is not supported in a {self.surface}")
        self.blocks.append((at, value))
        self._fields(spec, {"type": TYPE, "block_id": limits().block_id, **spec.fields}, value, at)
        self._rules(spec, value, at)

    def element(self, value: object, at: str, spec: FieldSpec) -> None:
        """Check one block element (in a context block, also a text object)."""
        if spec.or_text and isinstance(value, dict) and value.get("type") in TEXT_KEYS:
            self.text(value, at, FieldSpec(kind="text", min=1, max=3000))
            return
        thing = self._choose("element", limits().elements, value, at, spec.types)
        if thing is None or not isinstance(value, dict):
            return
        if self.surface not in thing.surfaces:
            self.report(f"{at}/type", f"element type {value['type']} is not supported in a {self.surface}")
        self.elements.append((at, self._enclosing_block(at), value))
        fields = {"type": TYPE, **thing.fields}
        for trait in thing.traits:
            fields.update(limits().traits[trait])
        self._fields(thing, fields, value, at)
        self._rules(thing, value, at)

    def text(self, value: object, at: str, spec: FieldSpec) -> None:
        """Check a text object; kind `plain_text` forbids mrkdwn."""
        if not isinstance(value, dict):
            self.report(at, "must be a text object")
            return
        kind = value.get("type")
        allowed = ("plain_text",) if spec.kind == "plain_text" else ("plain_text", "mrkdwn")
        if not isinstance(kind, str) or kind not in allowed:
            self.report(f"{at}/type", f"must be one of: {', '.join(allowed)}")
            return
        for key in value.keys() - TEXT_KEYS[kind]:
            self.report(f"{at}/{key}", "unknown field")
        for key in ("emoji", "verbatim"):
            if key in value and not isinstance(value[key], bool):
                self.report(f"{at}/{key}", "must be a boolean")
        if "text" not in value:
            self.report(at, "missing required field: text")
        else:
            SIMPLE_KINDS["string"](self.report, spec, value["text"], f"{at}/text")

    def value(self, spec: FieldSpec, value: object, at: str) -> None:
        """Check any value against its field."""
        if value is None:
            if not spec.nullable:
                self.report(at, "must not be null")
        elif spec.kind in SIMPLE_KINDS:
            SIMPLE_KINDS[spec.kind](self.report, spec, value, at)
        elif spec.kind in ("text", "plain_text"):
            self.text(value, at, spec)
        elif spec.kind == "list":
            self._list(spec, value, at)
        elif spec.kind == "element":
            self.element(value, at, spec)
        elif spec.kind == "block":
            self.block(value, at, spec.types)
        else:
            self._object(spec, value, at)

    def fields_of(self, fields: dict[str, FieldSpec], value: JsonObject, at: str) -> None:
        """Check the named fields of a view's outer object; unknown ones are refused."""
        for key in value.keys() - fields.keys():
            self.report(f"{at}/{key}", "unknown field")
        for name, spec in fields.items():
            if name in value:
                self.value(spec, value[name], f"{at}/{name}")
            elif spec.required:
                self.report(at, f"missing required field: {name}")

    def _list(self, spec: FieldSpec, value: object, at: str) -> None:
        if not isinstance(value, list):
            self.report(at, "must be an array")
            return
        if spec.min is not None and len(value) < spec.min:
            self.report(at, f"no fewer than {spec.min} items allowed")
        if spec.max is not None and len(value) > spec.max:
            self.report(at, f"no more than {spec.max} items allowed")
        if spec.of is not None:
            for index, item in enumerate(value):
                self.value(spec.of, item, f"{at}/{index}")

    def _object(self, spec: FieldSpec, value: object, at: str) -> None:
        if spec.kind == "typed_object":
            things = {name: thing for name, thing in limits().objects.items() if thing.typed}
            thing = self._choose("object", things, value, at, spec.types)
        else:
            thing = limits().objects[spec.types[0]]
        if thing is None:
            return
        if not isinstance(value, dict):
            self.report(at, "must be an object")
            return
        self._fields(thing, {"type": TYPE, **thing.fields} if thing.typed else dict(thing.fields), value, at)

    def _choose(
        self, noun: str, things: dict[str, ThingSpec], value: object, at: str, types: tuple[str, ...]
    ) -> ThingSpec | None:
        if not isinstance(value, dict):
            self.report(at, f"must be a {noun} object")
            return None
        kind = value.get("type")
        if not isinstance(kind, str):
            self.report(at, "missing required field: type")
            return None
        if kind not in things or (types and kind not in types):
            allowed = f"; one of: {', '.join(types)}" if types else ""
            self.report(f"{at}/type", f"unsupported type: {kind}{allowed}")
            return None
        return things[kind]

    def _fields(self, thing: ThingSpec, fields: dict[str, FieldSpec], value: JsonObject, at: str) -> None:
        self.fields_of(fields, value, at)
        if thing.any_of and not any(name in value for name in thing.any_of):
            self.report(at, f"one of these fields is required: {', '.join(thing.any_of)}")
        given = [name for name in thing.exactly_one if name in value]
        if thing.exactly_one and len(given) != 1:
            self.report(at, f"exactly one of these fields must be given: {', '.join(thing.exactly_one)}")

    def _enclosing_block(self, at: str) -> str:
        return max((where for where, _ in self.blocks if at.startswith(f"{where}/")), key=len, default="")

    def _rules(self, thing: ThingSpec, value: JsonObject, at: str) -> None:
        for name in thing.rules:
            RULES[name](self.report, value, at)

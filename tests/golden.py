"""Golden files: what a view makes, kept as JSON, checked against Slack's rules and against the last accepted version.

`assert_golden("leads/card_full", lead_card_message)` compares with tests/unit/golden/leads/card_full.json;
`GOLDEN=1 pytest …` records anew, and the change is read in the review like any other.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot import envelopes
from bot.envelopes import Origin
from bot.replies import Block, Home, Message, Modal
from core.i18n import Viewer
from sandbox import blockkit

FOLDER = Path(__file__).parent / "unit" / "golden"
Shown = Message | Modal | Home | Sequence[Block]


def assert_golden(name: str, payload: Shown) -> None:
    """Check what a view made: valid for Slack, and equal to the recorded file. `name` is `area/case`."""
    made = json.loads(json.dumps(wire(payload)))
    problems = problems_of(payload)
    assert not problems, f"{name}: Slack would refuse this:\n" + "\n".join(problems)
    path = FOLDER / f"{name}.json"
    text = json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if not path.exists():
        pytest.fail(f"no golden file {path.relative_to(FOLDER.parent)}; record it with GOLDEN=1 and read it")
    assert made == json.loads(path.read_text()), f"{name} changed; record it with GOLDEN=1 and read the difference"


def problems_of(payload: Shown) -> list[str]:
    """What Slack would refuse, before anything is cut to size on its way out."""
    match payload:
        case Message():
            found = blockkit.validate_blocks(list(payload.blocks), "message") if payload.blocks else []
        case Modal():
            found = blockkit.validate_view(
                {**envelopes.view(payload, Origin(), Viewer("en_US", "UTC")), "blocks": list(payload.blocks)}
            )
        case Home():
            found = blockkit.validate_view({"type": "home", "blocks": list(payload.blocks)})
        case _:
            found = blockkit.validate_blocks(list(payload), "message")
    return [str(one) for one in found]


def wire(payload: Shown) -> object:
    """The payload as it goes to Slack."""
    match payload:
        case Message():
            return envelopes.message_payload(payload)
        case Modal():
            return envelopes.view(payload, Origin(), Viewer("en_US", "UTC"))
        case Home():
            return envelopes.home_view(payload)
        case _:
            return list(payload)

"""Deals: creating, editing, and their way through the stages."""

from core.deals.moving import lose, move, win
from core.deals.records import assign, create, edit
from core.deals.stages import first_stage, put_elsewhere, stage_to_enter
from core.deals.values import FORM_FIELDS, NOTHING, DealInput, LossInput, StageNeeds

__all__ = [
    "FORM_FIELDS",
    "NOTHING",
    "DealInput",
    "LossInput",
    "StageNeeds",
    "assign",
    "create",
    "edit",
    "first_stage",
    "lose",
    "move",
    "put_elsewhere",
    "stage_to_enter",
    "win",
]

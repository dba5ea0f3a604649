"""Routes of the pipeline."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action
from core.queries.pipeline import Whose


@dataclass(frozen=True)
class ShowPipeline(Action, id="pipeline.show"):
    """A pipeline's deals by stage: whose, and which pipeline (None for the first). Without saying whose, the usual."""

    whose: Whose | None = None
    pipeline_id: UUID | None = None

"""A person's word that a failure may stay."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Acceptance(BaseModel):
    """One failure of one photo in one stage, ended as accepted."""

    model_config = ConfigDict(frozen=True)

    photo_id: str
    stage: str
    error_type: str
    reason: str
    accepted_by: str
    accepted_at: datetime
    """UTC."""

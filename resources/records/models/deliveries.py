"""Where photos went."""

from sqlalchemy.orm import Mapped

from resources.records.models.base import Base, OfPhoto


class DeliveryRecord(OfPhoto, Base):
    __tablename__ = "deliveries"

    uri: Mapped[str]

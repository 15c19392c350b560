"""That a photo is recorded."""

from darkroom.rows.row import Row


class RecordRow(Row):
    """Says that this photo's rows stand in the database."""

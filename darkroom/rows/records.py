"""That a photo is recorded."""

from darkroom.rows.row import WholeRow


class RecordRow(WholeRow):
    """Says that this photo's rows stand in the database."""

"""A batch's list of photos."""

from darkroom.rows.row import PhotoPart


class Entry(PhotoPart):
    """One entry of a manifest: where a photo comes from."""

    uri: str
    filename: str
    identity: str
    """Says whether two imports mean the same photo: the URI and, for files, size and mtime."""
    extra_json: str = "{}"
    """Further manifest columns, a JSON object of strings."""

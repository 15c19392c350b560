"""The section `hashes`."""

from typing import Literal

from pydantic import Field

from darkroom.settings.section import Section


class HashSettings(Section):
    """Which image pHash and dHash are computed on."""

    hash_source: Literal["rendition", "original"] = Field(
        "rendition",
        description="rendition: the upright fitted RGB image before encoding. original: the upright"
        " full-size image, bit-identical to imagehash on the file, at several times the cost.",
    )

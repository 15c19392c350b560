"""Replacing an object only when there is something new to say."""

from darkroom.errors import ObjectMissing
from darkroom.ports import Store


def put_if_changed(store: Store, name: str, data: bytes) -> bool:
    """Keep `data` under `name`; True when that changed anything, else nothing is written."""
    try:
        if store.read(name) == data:
            return False
    except ObjectMissing:
        pass
    store.put(name, data)
    return True

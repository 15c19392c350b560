"""How every command begins."""

import subprocess
import sys

_COMMAND = """
from orchestration.command_line.running import begin
begin()
import darkroom.storage.tables, pyarrow
print(pyarrow.default_memory_pool().backend_name)
"""


def test_tables_are_allocated_as_everything_else_is() -> None:
    """What a small table took is free for what comes after it, in the steps of a run too."""
    told = subprocess.run([sys.executable, "-c", _COMMAND], capture_output=True, check=True)

    assert told.stdout == b"system\n"

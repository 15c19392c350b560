"""The section `workers`."""

from pydantic import Field, PositiveFloat, PositiveInt

from darkroom.settings.section import Section


class WorkerSettings(Section):
    """Processes that work on photos."""

    max_workers: PositiveInt | None = Field(
        None,
        description="Worker processes in one step. Unset: one for each core this process may use"
        " (affinity, control groups), and for each 512 MiB of memory that is left.",
    )
    timeout_per_image_s: PositiveFloat = Field(
        30, description="Seconds for one piece of work on one photo; then its worker is replaced."
    )
    max_memory_per_worker_bytes: PositiveInt | None = Field(
        None,
        description="Memory of one worker process; then it is replaced. Unset: 512 MiB and 8 bytes"
        " for each pixel of max_megapixels, at most three quarters of what there is.",
    )
    max_cpu_steps: PositiveInt = Field(
        1, description="OCR, code and detection steps at once across all runs (pool `cpu`)."
    )
    photos_in_flight: PositiveInt = Field(
        64,
        description="Photos fetched and not yet finished in one ingest step; fewer while memory is"
        " short.",
    )
    bytes_in_flight: PositiveInt = Field(
        512 * 2**20, description="Their bytes in scratch: bounds disk and page cache."
    )

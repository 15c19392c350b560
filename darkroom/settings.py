"""Every setting, with its unit, default and reason. Knows nothing of files or the environment.

`orchestration.configuration` reads them from `darkroom.yaml` and `DARKROOM_<SECTION>__<KEY>`.
"""

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from darkroom.intake.addresses import AddressPolicy
from darkroom.intake.roots import check_roots


class Section(BaseModel):
    """Unknown keys are errors: a misspelt setting must not be silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(StrEnum):
    """What a check does when its threshold is crossed."""

    REJECT = "reject"
    WARN = "warn"
    OFF = "off"


PhotoFormat = Literal["JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"]
Share = Annotated[float, Field(ge=0, le=1)]
BatchSize = Literal["auto"] | PositiveInt


class S3Settings(Section):
    """How any S3 service is reached. Keys come from where boto3 finds them."""

    endpoint_url: str | None = Field(None, description="Another service than AWS, such as MinIO.")
    region: str | None = Field(None, description="Region name; boto3's own choice when unset.")
    max_attempts: PositiveInt = Field(
        5, description="Attempts per request, by boto3's standard mode."
    )


class StoreSettings(Section):
    """Where photos, renditions, tables and reports are kept."""

    url: str | None = Field(
        None, description="A folder, or s3://bucket/prefix. Unset: <home>/store."
    )


class DatabaseSettings(Section):
    """Where records are written."""

    url: str | None = Field(
        None,
        description="sqlite:///… or postgresql+psycopg://…. Unset: a file in the home.",
    )
    max_concurrent_db_operations: PositiveInt = Field(
        1, description="Steps writing to the database at once, across all runs (pool `database`)."
    )
    photos_per_transaction: PositiveInt = Field(
        250, description="Photos written in one transaction."
    )


class IntakeSettings(Section):
    """How sources become batches."""

    include: list[str] = Field(
        ["*"],
        description="Patterns of file names taken from folders and archives, upper or lower case.",
    )
    uri_column: str | None = Field(
        None, description="Manifest column with the URL or path. Unset: url, uri or path, by name."
    )
    batch_size: BatchSize = Field(
        "auto", description="Photos in a batch; auto: by size of the import and cores."
    )
    allow_roots: list[str] = Field(
        [],
        description="Absolute folders and s3://bucket/prefix that manifests may name photos in,"
        " beside those below the manifest itself. A manifest from the web may never name folders.",
    )
    max_archive_bytes: PositiveInt = Field(
        20 * 2**30, description="Unpacked bytes taken from one archive; more is refused."
    )
    max_archive_entries: PositiveInt = Field(
        250_000,
        description="Entries in one archive; more is refused. Listing so many takes 250 MiB of"
        " memory, and so does each step that unpacks some of them.",
    )
    inbox_interval_s: PositiveInt = Field(10, description="Seconds between looks at the inbox.")
    inbox_s3: str | None = Field(
        None, description="s3://bucket/prefix that the inbox sensor watches too."
    )
    feeds: list[str] = Field([], description="Manifest URLs that feed_schedule polls.")
    feed_cron: str = Field("*/10 * * * *", description="When feeds are polled.")
    feed_owner: str = Field("feed", description="Owner of batches made from feeds.")

    @field_validator("allow_roots")
    @classmethod
    def _places(cls, roots: list[str]) -> list[str]:
        check_roots(roots)
        return roots


class DownloadSettings(Section):
    """How photos are fetched."""

    max_concurrent_downloads: PositiveInt = Field(
        16, description="Requests in flight in one ingest step."
    )
    max_per_host: PositiveInt = Field(
        8,
        description="Requests in flight to one host in one step, at most: a host that refuses, is"
        " silent or slows down is asked less.",
    )
    max_ingest_steps: PositiveInt = Field(
        6,
        description="Ingest steps at once across all runs (pool `downloads`). As many as runs: a"
        " run starts with its ingest, and one owner's slow hosts must not hold back another's.",
    )
    max_bytes: PositiveInt = Field(
        256 * 2**20, description="Bytes of one photo; a longer body is cut off and rejected."
    )
    connect_timeout_s: PositiveFloat = Field(10, description="Seconds to connect.")
    read_timeout_s: PositiveFloat = Field(20, description="Seconds between two pieces of a body.")
    total_timeout_s: PositiveFloat = Field(
        120, description="Seconds for one attempt, body included."
    )
    max_redirects: NonNegativeInt = Field(5, description="Redirects followed.")
    max_retries: NonNegativeInt = Field(3, description="Further attempts after one that may pass.")
    retry_wait_s: PositiveFloat = Field(
        0.5, description="First back-off, doubled each time, with full jitter."
    )
    max_retry_wait_s: PositiveFloat = Field(
        30, description="Longest wait before an attempt, Retry-After included."
    )
    allow_addresses: list[str] = Field(
        [],
        description="What may be asked beside public addresses: networks (10.0.0.0/8), addresses or"
        " exact host names, the last two also with :port. Whoever writes a manifest chooses what"
        " this machine asks; inside a network that is a way to its other machines.",
    )
    user_agent: str = Field("darkroom/0.1", description="How requests introduce themselves.")

    @field_validator("allow_addresses")
    @classmethod
    def _readable(cls, allowed: list[str]) -> list[str]:
        AddressPolicy(allowed)
        return allowed


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


class ValidationSettings(Section):
    """What makes a photo acceptable. Blur to gray are measured on the upright fitted image."""

    action: Literal["warn"] | None = Field(
        None, description="warn: every check but `readable` warns instead of rejecting."
    )
    formats: list[PhotoFormat] = Field(
        ["JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"],
        description="Formats allowed, as Pillow names them. No other is ever decoded.",
    )
    format: Action = Field(Action.REJECT, description="Format is not among `formats`.")
    extension: Action = Field(Action.WARN, description="The name claims another format.")
    bytes: Action = Field(Action.REJECT, description="Size outside min_bytes..max_bytes.")
    min_bytes: NonNegativeInt = Field(100, description="Bytes.")
    max_bytes: PositiveInt = Field(256 * 2**20, description="Bytes.")
    width: Action = Field(Action.REJECT, description="Upright width below min_width_px.")
    min_width_px: PositiveInt = Field(64, description="Pixels.")
    height: Action = Field(Action.REJECT, description="Upright height below min_height_px.")
    min_height_px: PositiveInt = Field(64, description="Pixels.")
    max_megapixels: PositiveFloat = Field(
        200,
        description="From the header, before decoding; larger is rejected whatever the actions say,"
        " because memory must stay bounded: by 4.1 bytes for each. WebP, HEIF and AVIF, whose"
        " decoders keep further copies, and progressive JPEGs reach that with fewer.",
    )
    aspect_ratio: Action = Field(
        Action.WARN, description="Short edge / long edge below the minimum."
    )
    min_aspect_ratio: Share = Field(0.2, description="Short edge / long edge.")
    animated: Action = Field(Action.REJECT, description="More than one frame of animation.")
    blurry: Action = Field(Action.REJECT, description="Sharpness below min_sharpness.")
    min_sharpness: float = Field(
        12.0,
        description="Variance of the Laplacian in the sharpest 5 % of the gray tiles: a plain"
        " background is no blur. Every one of 171 real photos lies above, 99 of 100 blurred by 3 px"
        " below.",
    )
    dark: Action = Field(Action.REJECT, description="Brightest spots below dark_below.")
    dark_below: Share = Field(
        0.32,
        description="Perceived brightness, 0 to 1, of the brightest 1 in 10,000 pixels: lamps and"
        " stars make a night photo, not a dark one.",
    )
    bright: Action = Field(Action.REJECT, description="Darkest parts above bright_above.")
    bright_above: Share = Field(
        0.95,
        description="Perceived brightness, 0 to 1, of the darkest 5 in 1,000 pixels: ink makes a"
        " page, not a photo burnt out.",
    )
    low_contrast: Action = Field(
        Action.WARN, description="Spread of gray levels below the minimum."
    )
    min_contrast: Share = Field(
        0.1, description="Gray levels between 1st and 99th percentile / 255."
    )
    low_information: Action = Field(
        Action.WARN, description="Entropy of gray levels below minimum."
    )
    min_entropy_bits: float = Field(3.0, description="Bits per pixel; CleanVision's value.")
    grayscale: Action = Field(Action.WARN, description="No colour in any channel.")
    max_gray_chroma: float = Field(
        2.0, description="Largest mean difference between channels (0-255) still called gray."
    )


class HashSettings(Section):
    """Which image pHash and dHash are computed on."""

    hash_source: Literal["rendition", "original"] = Field(
        "rendition",
        description="rendition: the upright fitted RGB image before encoding. original: the upright"
        " full-size image, bit-identical to imagehash on the file, at several times the cost.",
    )


class RenditionSettings(Section):
    """The standard form of a photo."""

    long_edge_px: PositiveInt = Field(1024, description="Fitted in a square of this edge.")
    format: Literal["PNG", "JPEG", "WEBP"] = Field("PNG", description="Encoding.")
    quality: Annotated[int, Field(ge=1, le=100)] = Field(90, description="Of JPEG and WebP.")


class OcrSettings(Section):
    """Reading text."""

    enabled: bool = Field(True, description="Whether texts are read at all.")
    engine: Literal["tesserocr", "pytesseract", "rapidocr"] = Field(
        "tesserocr",
        description="tesserocr works in process; pytesseract starts a program per photo. rapidocr,"
        " an extra, is for signs and plates; the next three settings are Tesseract's alone.",
    )
    languages: str = Field("eng", description="Tesseract language codes joined by +.")
    tessdata: str | None = Field(
        None, description="Folder of *.traineddata. Unset: where Tesseract is usually installed."
    )
    page_segmentation_mode: Annotated[int, Field(ge=0, le=13)] = Field(
        3, description="Tesseract psm; 3 invents no text on plain photos."
    )
    min_word_confidence: Share = Field(0.5, description="Words below are left out.")


Checksum = Literal["gtin", "luhn", "mod_11_2", "mod_11_10", "mod_37_2", "mod_37_36", "mod_97_10"]
"""gtin: EAN, UPC and GTIN. mod_…: of ISO 7064."""


class UniqueIdPattern(Section):
    """What a unique ID looks like."""

    pattern: str
    """Regular expression."""
    name: str | None = None
    """What results call it."""
    checksum: Checksum | None = None
    """What its check digits must agree with."""


CodeEffort = Literal["plain", "quick", "thorough"]


class CodeSettings(Section):
    """QR and bar codes, and the photo's unique ID."""

    enabled: bool = Field(True, description="Whether codes are looked for at all.")
    symbologies: list[str] = Field(
        [], description="zxing-cpp format names; empty: all that it reads."
    )
    effort: CodeEffort = Field(
        "quick",
        description="Further looks at a photo on which the plain one finds no code. plain: none."
        " quick: two, for faint, shaded and washed-out codes; such a photo then costs 3 times the"
        " plain look. thorough: eight, also for small, grainy and slanting ones; 16 times.",
    )
    unique_ids: list[UniqueIdPattern] = Field(
        [],
        description="Patterns of the photo's unique ID, in order, as `{pattern, checksum, name}`;"
        " the first that finds any decides. A regular expression is looked for in codes and text;"
        " its group `id`, or first group, or whole match is the ID. With a checksum (gtin, which is"
        " EAN and UPC; luhn; mod_11_2, mod_11_10, mod_37_2, mod_37_36, mod_97_10, of ISO 7064)"
        " those count whose last digits, or group `check`, are right.",
    )


class DetectorSettings(Section):
    """Finding vehicles or other objects."""

    enabled: bool = Field(True, description="Whether objects are looked for, given a model.")
    model: str | None = Field(
        None,
        description="Path of an ONNX file; what it takes and gives says the card beside it, see"
        " docs/recognition.md. Unset: <home>/models/yolox_nano.onnx if there.",
    )
    label_file: str | None = Field(
        None,
        description="One label per line, in the model's order. Unset: those of the model's card, or"
        " the 80 COCO labels.",
    )
    labels: list[str] = Field(
        ["bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"],
        description="Labels of interest; empty: all.",
    )
    min_score: Share = Field(0.3, description="Objectness times class score.")
    max_overlap: Share = Field(
        0.45, description="Intersection over union above which one is dropped."
    )
    tiles: int = Field(
        1,
        ge=1,
        le=8,
        description="Overlapping tiles per side that are looked at beside the whole, for small and"
        " distant objects; 1: none. 2 costs 4 times as much, 3 costs 7 times; what they find"
        " stands in docs/recognition.md.",
    )
    provider: str = Field(
        "CPUExecutionProvider",
        description="What of onnxruntime runs the model, such as CUDAExecutionProvider on a GPU.",
    )
    batch_size: PositiveInt = Field(
        1,
        description="Images given to the model at once, where its file takes more than one. On a"
        " processor 8 at once cost a tenth more each than one by one; a GPU gains.",
    )


class VisionSettings(Section):
    """Asking a vision model about photos. Its key comes from the environment and nowhere else."""

    model: str | None = Field(
        None,
        description="provider:model as pydantic-ai has them, such as google:gemini-3.5-flash-lite,"
        " openai:…, ollama:… or vllm:…. Unset: no photo is asked about.",
    )
    base_url: str | None = Field(
        None,
        description="Where the provider's API is, such as http://127.0.0.1:11434/v1 for Ollama."
        " Unset: the provider's own.",
    )
    answer_schema: str = Field(
        "photo",
        description="Shape of the answers: photo, shows, a pydantic model as package.module:Name,"
        " or the path of a JSON Schema file (*.json).",
    )
    prompt: str | None = Field(None, description="What is asked. Unset: the schema's own prompt.")
    answers_by: Literal["native", "tool", "prompted"] = Field(
        "native",
        description="How the shape is asked for: native, the API's structured output; tool, a call"
        " with arguments; prompted, in words, for servers that can do neither.",
    )
    max_concurrent_requests: Annotated[int, Field(ge=1, le=5)] = Field(
        4,
        description="Requests under way at once in this home (pool `vision` lets one step ask)."
        " workers.max_workers 1: one.",
    )
    requests_per_minute: PositiveInt | None = Field(
        None, description="Requests, evenly spread. Unset: no limit of our own."
    )
    tokens_per_minute: PositiveInt | None = Field(
        None, description="Tokens, input and output together. Unset: no limit of our own."
    )
    timeout_s: PositiveFloat = Field(
        30,
        description="Seconds that the model may take for one photo, all its requests together;"
        " waiting for a turn or before another attempt does not count.",
    )
    max_retries: NonNegativeInt = Field(
        3,
        description="Further requests for a photo after a 429, a 5xx or a broken connection; after"
        " as long as `Retry-After` says, when it does.",
    )
    max_retry_wait_s: PositiveFloat = Field(
        60, description="Longest wait before one; a service that asks for more is away."
    )
    max_schema_retries: NonNegativeInt = Field(
        2,
        description="Further requests for a photo whose answer breaks the schema, with what is"
        " wrong; counted apart from max_retries.",
    )
    max_photos_per_batch: PositiveInt | None = Field(
        None, description="Photos of a batch asked about, in all its runs. The rest is left out."
    )
    max_tokens_per_batch: PositiveInt | None = Field(
        None,
        description="Tokens for a batch, in all its runs, after which the rest is left out; what is"
        " under way then ends.",
    )
    input_usd_per_million_tokens: NonNegativeFloat | None = Field(
        None,
        description="For the estimate of costs. Unset: the list of prices that comes with"
        " pydantic-ai, or none for a model that is not on it.",
    )
    output_usd_per_million_tokens: NonNegativeFloat | None = Field(
        None, description="The same, of what the model writes."
    )

    @model_validator(mode="before")
    @classmethod
    def _no_key(cls, given: object) -> object:
        """What holds a secret is not taken from where secrets are found later."""
        if isinstance(given, dict) and {"api_key", "key", "token"} & {*map(str, given)}:
            raise ValueError(
                "the model's key is taken from the environment only, such as GOOGLE_API_KEY or"
                " OPENAI_API_KEY: remove it here"
            )
        return given

    @field_validator("model")
    @classmethod
    def _with_provider(cls, model: str | None) -> str | None:
        if model is not None and not all(model.partition(":")):
            raise ValueError(
                "a model is named provider:model, such as google:gemini-3.5-flash-lite"
            )
        return model

    @field_validator("base_url")
    @classmethod
    def _without_secrets(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("an address is written such as http://127.0.0.1:11434/v1")
            if parts.username or parts.password or parts.query:
                raise ValueError("an address has no user, password or query in it")
        return url


class DuplicateSettings(Section):
    """When two photos look the same: pHash and dHash are within their radius, or the rings are."""

    phash_radius: NonNegativeInt = Field(6, description="Bits of 64.")
    dhash_radius: NonNegativeInt = Field(10, description="Bits of 64.")
    ring_radius: NonNegativeInt = Field(
        100,
        description="Bits of 648 in which gray levels around the middle may differ where their"
        " hashes agree: finds photos turned by any angle. 169 real photos, turned and encoded anew,"
        " differ in at most 96.",
    )
    max_neighbours: PositiveInt = Field(
        20, description="Near duplicates listed per photo, nearest first."
    )


class DeliverySettings(Section):
    """Where accepted renditions and rejected originals go."""

    url: str | None = Field(
        None, description="A folder, or s3://bucket/prefix. Unset: <home>/delivered."
    )
    enabled: bool = Field(True, description="Whether anything is delivered.")
    naming: Literal["content", "name"] = Field(
        "content", description="content: by SHA-256, each content once. name: batch/file name."
    )
    originals: bool = Field(False, description="Deliver accepted originals too.")
    max_upload_steps: PositiveInt = Field(
        2, description="Delivery steps at once across all runs (pool `uploads`)."
    )
    max_concurrent_uploads: PositiveInt = Field(8, description="Files on their way in one step.")


class RunSettings(Section):
    """How many batches are on their way at once."""

    max_concurrent_runs: PositiveInt = Field(6, description="Runs at once under `darkroom up`.")
    max_runs_per_owner: PositiveInt = Field(
        2, description="Of one owner: nobody's import holds back another's."
    )
    max_import_runs: PositiveInt = Field(
        3, description="Batches that one `darkroom import` works on at once."
    )
    max_steps_per_run: PositiveInt = Field(
        3, description="Steps of one run at once (multiprocess executor)."
    )
    step_retries: NonNegativeInt = Field(
        5,
        description="Further attempts of a step whose store, database or disk is away or full;"
        " finished photos are kept.",
    )
    step_retry_wait_s: PositiveFloat = Field(
        2,
        description="First wait before one, in seconds; doubled each time, less up to half of it by"
        " chance.",
    )
    max_retries: NonNegativeInt = Field(
        3,
        description="Runs that a batch gets by itself after one that failed for a reason that may"
        " pass. 0: only a person runs it again.",
    )
    retry_wait_s: PositiveFloat = Field(
        60, description="Seconds before the first of them, doubled each time."
    )
    max_retry_wait_s: PositiveFloat = Field(
        3600, description="Longest wait before one: an outage of hours is looked at every hour."
    )
    observations_per_batch: NonNegativeInt = Field(
        50, description="Failed photos reported one by one; the rest stand in the table."
    )


class MaintenanceSettings(Section):
    """What is removed once nobody needs it. Never anything that a batch still names."""

    cron: str = Field("30 3 * * *", description="When maintenance_schedule runs, in UTC.")
    keep_unreferenced_days: Annotated[int, Field(ge=2)] = Field(
        14,
        description="Days that blobs no row names, and fetched archives no batch takes photos from,"
        " are kept. Longer than any step takes: its rows are written after its blobs.",
    )
    keep_leftovers_hours: PositiveInt = Field(
        24, description="Hours that scratch and unfinished writes of killed processes are kept."
    )
    keep_runs_days: PositiveInt = Field(
        30,
        description="Days that logs of finished runs are kept. Longer for batches that failed: what"
        " stands there is still to be read.",
    )


class WebSettings(Section):
    """The Dagster UI under `darkroom up`."""

    host: str = Field("127.0.0.1", description="Address to listen on; it has no login of its own.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(3000, description="Port.")


class Settings(Section):
    """The whole tree."""

    store: StoreSettings = StoreSettings()
    s3: S3Settings = S3Settings()
    database: DatabaseSettings = DatabaseSettings()
    intake: IntakeSettings = IntakeSettings()
    downloads: DownloadSettings = DownloadSettings()
    workers: WorkerSettings = WorkerSettings()
    validation: ValidationSettings = ValidationSettings()
    hashes: HashSettings = HashSettings()
    renditions: RenditionSettings = RenditionSettings()
    ocr: OcrSettings = OcrSettings()
    codes: CodeSettings = CodeSettings()
    detector: DetectorSettings = DetectorSettings()
    vision: VisionSettings = VisionSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    deliveries: DeliverySettings = DeliverySettings()
    runs: RunSettings = RunSettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    web: WebSettings = WebSettings()

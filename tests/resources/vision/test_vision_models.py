"""One contract for every wire format: what a service may do, and what comes of it."""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from darkroom.errors import EngineUnavailable, ModelUnavailable, ModelUnusable
from darkroom.ports import VisionModel
from darkroom.settings import VisionSettings
from darkroom.vision.asking import Answer, AnswerMissing, Usage
from resources.vision.choice import VisionOnDemand
from tests.vision_server import (
    KEY,
    Block,
    CutOff,
    Fail,
    Junk,
    Move,
    Refuse,
    Reset,
    Say,
    Stall,
    VisionServer,
    Wire,
)

IMAGE = b"\x89PNG\r\n\x1a\n of a lake"
ANSWER = {
    "caption": "A lake",
    "tags": ["lake"],
    "visible_text": "",
    "people_count": 0,
    "quality_notes": [],
}
SPELLED = json.dumps(ANSWER, sort_keys=True, separators=(",", ":"))
GOOD = Say(ANSWER)
BROKEN = Say({**ANSWER, "people_count": -1})
QUICK: dict[str, Any] = {"max_retry_wait_s": 0.01}
"""No long waits where the service asks for none."""

Opened = tuple[VisionModel, VisionServer]
Open = Callable[..., Opened]


class VisionModelContract:
    wire: Wire
    model: str

    @pytest.fixture
    def open_model(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
        """A service that makes these moves, the last one again and again, and its client."""
        monkeypatch.setenv("GOOGLE_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        with ExitStack() as stack:

            def opened(*moves: Move, **settings: object) -> Opened:
                server = stack.enter_context(
                    VisionServer(lambda _, nth: moves[min(nth, len(moves)) - 1])
                )
                values = {"model": self.model, "base_url": server.base_url(self.wire), **settings}
                choice = VisionOnDemand(VisionSettings.model_validate(values))
                model = stack.enter_context(choice.open(choice.asked()))
                assert model is not None
                return model, server

            yield opened

    def test_an_answer_comes_with_what_it_took(self, open_model: Open) -> None:
        """The image and the prompt arrive as they are; the answer has one spelling."""
        model, server = open_model(
            GOOD,
            prompt="What is it?",
            input_usd_per_million_tokens=1.0,
            output_usd_per_million_tokens=10.0,
        )

        answer = model.ask(IMAGE, "image/png")

        assert _timeless(answer) == Answer(
            SPELLED, Usage(requests=1, input_tokens=300, output_tokens=20, cost_usd=0.0005)
        )
        [call] = server.calls
        assert (call.image, call.media_type, call.prompt) == (
            sha256(IMAGE).hexdigest(),
            "image/png",
            "What is it?",
        )

    def test_without_known_prices_no_cost_is_made_up(self, open_model: Open) -> None:
        """The list of prices does not speak of another server."""
        model, _ = open_model(GOOD)

        assert model.ask(IMAGE, "image/png").usage.cost_usd is None

    @pytest.mark.parametrize("answers_by", ["native", "tool", "prompted"])
    def test_the_shape_can_be_asked_for_in_each_way(
        self, open_model: Open, answers_by: str
    ) -> None:
        """Servers differ in what they can do; the answer is the same."""
        model, server = open_model(BROKEN, GOOD, answers_by=answers_by)

        assert model.ask(IMAGE, "image/png").json == SPELLED
        assert len(server.calls) == 2

    def test_a_broken_answer_is_told_to_the_model(self, open_model: Open) -> None:
        """Which mends it, knowing what is wrong; both requests are counted."""
        model, server = open_model(BROKEN, Say("not JSON at all"), GOOD)

        answer = model.ask(IMAGE, "image/png")

        assert _timeless(answer) == Answer(
            SPELLED, Usage(requests=3, input_tokens=900, output_tokens=60, cost_usd=None)
        )
        assert "people_count: Input should be greater than or equal to 0" in json.dumps(
            server.calls[1].body
        )

    def test_an_answer_that_stays_broken_is_the_photos_trouble(self, open_model: Open) -> None:
        """What it took is known all the same."""
        model, server = open_model(BROKEN, max_schema_retries=1)

        with pytest.raises(AnswerMissing) as missing:
            model.ask(IMAGE, "image/png")

        assert (missing.value.failure.error_type, missing.value.failure.retryable) == (
            "AnswerBroken",
            False,
        )
        assert "people_count: Input should be" in missing.value.failure.message
        assert replace(missing.value.usage, seconds=0) == Usage(2, 600, 40, None)
        assert len(server.calls) == 2

    def test_each_kind_of_further_requests_is_counted_apart(self, open_model: Open) -> None:
        """Three for a busy service do not use up the two for a broken answer."""
        busy = [Fail(503, "0")] * 3
        model, server = open_model(*busy, BROKEN, BROKEN, GOOD)

        assert model.ask(IMAGE, "image/png").usage.requests == 6
        assert len(server.calls) == 6

    @pytest.mark.parametrize(
        "trouble",
        [Fail(429, "0"), Fail(429), Fail(503, "0"), Fail(500), Fail(502), Reset(), Junk()],
        ids=str,
    )
    def test_what_passes_is_asked_again(self, open_model: Open, trouble: Move) -> None:
        """Once more, and no more than that."""
        model, server = open_model(trouble, GOOD, **QUICK)

        assert model.ask(IMAGE, "image/png").json == SPELLED
        assert len(server.calls) == 2

    @pytest.mark.parametrize("trouble", [Fail(429, "0"), Fail(503, "0"), Fail(529)], ids=str)
    def test_a_service_that_stays_busy_is_away(self, open_model: Open, trouble: Move) -> None:
        """It is not the photo's fault: the step ends, and takes it up again later."""
        model, server = open_model(trouble, **QUICK)

        with pytest.raises(ModelUnavailable, match=self.model):
            model.ask(IMAGE, "image/png")
        assert len(server.calls) == 4

    @pytest.mark.parametrize("trouble", [Fail(500), Fail(502), Reset(), Junk()], ids=str)
    def test_a_photo_that_breaks_the_service_fails_alone(
        self, open_model: Open, trouble: Move
    ) -> None:
        """Others may still be answered; it may pass later."""
        model, server = open_model(trouble, **QUICK, max_retries=1)

        with pytest.raises(AnswerMissing) as missing:
            model.ask(IMAGE, "image/png")
        assert missing.value.failure.retryable
        assert missing.value.failure.attempts == len(server.calls) == 2

    def test_a_service_that_wants_to_be_left_alone_for_long_is_away(self, open_model: Open) -> None:
        """`Retry-After` beyond what we wait: nothing more is sent."""
        model, server = open_model(Fail(429, "3600"), max_retry_wait_s=60)

        with pytest.raises(ModelUnavailable, match="left alone for 3600 s"):
            model.ask(IMAGE, "image/png")
        assert len(server.calls) == 1

    def test_a_service_that_is_silent_fails_the_photo(self, open_model: Open) -> None:
        """After the time that a photo has; it may pass later."""
        model, server = open_model(Stall(), timeout_s=0.3)

        with pytest.raises(AnswerMissing) as missing:
            model.ask(IMAGE, "image/png")
        assert (missing.value.failure.error_type, missing.value.failure.retryable) == (
            "TimedOut",
            True,
        )
        assert len(server.calls) == 1

    def test_a_photos_time_is_that_of_all_its_requests(self, open_model: Open) -> None:
        """What earlier ones took is missing for later ones, so nobody waits for ever."""
        # Long enough for the first answer to come on a busy machine; all of it is waited for.
        model, server = open_model(BROKEN, Stall(), GOOD, timeout_s=2)

        with pytest.raises(AnswerMissing, match="TimedOut"):
            model.ask(IMAGE, "image/png")
        assert len(server.calls) == 2

    @pytest.mark.parametrize(
        ("move", "error_type"),
        [
            (Refuse(), "Refused"),
            (Block(), "Refused"),
            (CutOff(), "AnswerTooLong"),
            (Fail(400), "RequestRejected"),
            (Fail(413), "RequestRejected"),
        ],
        ids=["refused", "blocked", "cut off", "400", "413"],
    )
    def test_what_will_not_change_is_not_asked_again(
        self, open_model: Open, move: Move, error_type: str
    ) -> None:
        """It is this photo's trouble, for good."""
        model, server = open_model(move)

        with pytest.raises(AnswerMissing) as missing:
            model.ask(IMAGE, "image/png")
        assert (missing.value.failure.error_type, missing.value.failure.retryable) == (
            error_type,
            False,
        )
        assert len(server.calls) == 1

    @pytest.mark.parametrize(
        ("status", "said"), [(401, "refuses the key"), (403, "refuses the key"), (404, "not known")]
    )
    def test_what_only_a_person_can_mend_stops_everything(
        self, open_model: Open, status: int, said: str
    ) -> None:
        """A wrong key or model answers nobody: one request, one sentence."""
        model, server = open_model(Fail(status))

        with pytest.raises(ModelUnusable, match=said):
            model.ask(IMAGE, "image/png")
        assert len(server.calls) == 1

    def test_nobody_listening_is_the_worlds_trouble(self, open_model: Open) -> None:
        """The server may come back."""
        model, _ = open_model(GOOD, base_url="http://127.0.0.1:9/v1", **QUICK)

        with pytest.raises(ModelUnavailable):
            model.ask(IMAGE, "image/png")

    def test_the_key_is_sent_and_never_said(self, open_model: Open) -> None:
        """Not even when the service quotes it."""
        quoted = json.dumps({"error": {"message": f"what is {KEY}?", "code": 400}}).encode()
        model, server = open_model(Fail(400, body=quoted))

        with pytest.raises(AnswerMissing) as missing:
            model.ask(IMAGE, "image/png")

        assert (server.calls[0].key or "").removeprefix("Bearer ") == KEY
        assert "what is …?" in str(missing.value)
        assert KEY not in f"{missing.value!r} {model!r}"

    def test_who_is_interrupted_waits_for_nobody(self, open_model: Open) -> None:
        """Requests under way end with the model they were made to."""
        with ThreadPoolExecutor(2) as threads, ExitStack() as stack:
            model, server = open_model(Stall())
            assert isinstance(model, AbstractContextManager)
            stack.callback(model.__exit__, KeyboardInterrupt, KeyboardInterrupt(), None)
            asking = [threads.submit(model.ask, IMAGE, "image/png") for _ in range(2)]
            assert server.called.acquire(timeout=30)
            assert server.called.acquire(timeout=30)
            stack.close()

            assert [type(each.exception()) for each in asking] == [CancelledError] * 2

    def test_threads_ask_at_the_same_time(self, open_model: Open) -> None:
        """Each gets the answer about its own image."""
        model, server = open_model(GOOD)
        server.moves = lambda image, _: Say({**ANSWER, "caption": image})
        images = [bytes([number]) * 9 for number in range(12)]

        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda image: model.ask(image, "image/png"), images))

        assert [json.loads(answer.json)["caption"] for answer in answers] == [
            sha256(image).hexdigest() for image in images
        ]
        assert len(server.calls) == 12


class TestGemini(VisionModelContract):
    wire: Wire = "gemini"
    model = "google:gemini-3.5-flash-lite"

    def test_a_wrong_key_is_known_by_its_reason(self, open_model: Open) -> None:
        """Gemini calls it an invalid argument."""
        said = {
            "message": "API key not valid.",
            "code": 400,
            "status": "INVALID_ARGUMENT",
            "details": [{"reason": "API_KEY_INVALID"}],
        }
        model, _ = open_model(Fail(400, body=json.dumps({"error": said}).encode()))

        with pytest.raises(ModelUnusable, match="refuses the key"):
            model.ask(IMAGE, "image/png")

    def test_how_long_to_wait_may_stand_in_the_body(self, open_model: Open) -> None:
        """As Gemini says it, without a header."""
        info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3600s"}
        said = {"message": "slow", "code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}
        model, _ = open_model(Fail(429, body=json.dumps({"error": said}).encode()))

        with pytest.raises(ModelUnavailable, match="left alone for 3600 s"):
            model.ask(IMAGE, "image/png")


class TestOpenAI(VisionModelContract):
    wire: Wire = "openai"
    model = "openai:gpt-of-the-test"


class TestVllm(VisionModelContract):
    wire: Wire = "openai"
    model = "vllm:qwen-of-the-test"

    @pytest.fixture(autouse=True)
    def key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VLLM_API_KEY", KEY)


class TestOllama(VisionModelContract):
    wire: Wire = "openai"
    model = "ollama:gemma-of-the-test"

    @pytest.fixture(autouse=True)
    def key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OLLAMA_API_KEY", KEY)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("google:gemini-3.5-flash-lite", "GOOGLE_API_KEY"),
        ("openai:gpt-of-the-test", "OPENAI_API_KEY"),
        ("nobody:knows", "nobody"),
    ],
)
def test_a_model_that_cannot_be_asked_says_what_is_missing(
    model: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key in the environment, or a provider that there is."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    choice = VisionOnDemand(VisionSettings(model=model))

    with choice.open(choice.asked()) as opened:
        assert opened is not None
        with pytest.raises(ModelUnusable, match=said):
            opened.ask(IMAGE, "image/png")


def test_a_client_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only once a photo is to be asked about."""
    monkeypatch.setitem(sys.modules, "resources.vision.pydantic_ai_model", None)
    choice = VisionOnDemand(VisionSettings(model="google:gemini-3.5-flash-lite"))

    with choice.open(choice.asked()) as opened:
        assert opened is not None
        with pytest.raises(EngineUnavailable, match="`make vision` installs it"):
            opened.ask(IMAGE, "image/png")


def test_without_a_model_there_is_nothing_to_open() -> None:
    """It is off until one is configured."""
    choice = VisionOnDemand(VisionSettings())

    assert choice.asked() is None
    with choice.open(None) as opened:
        assert opened is None


def _timeless(answer: Answer) -> Answer:
    return replace(answer, usage=replace(answer.usage, seconds=0))

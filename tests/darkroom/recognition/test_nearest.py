"""Of much that is found, the nearest."""

import numpy as np

from darkroom.recognition.nearest import Nearest


def test_each_question_keeps_its_nearest() -> None:
    """As many as its limit, the earlier of equals, however they came in."""
    random = np.random.default_rng(0)
    limits = np.array([0, 1, 3, 200], np.int64)
    questions = random.integers(0, 4, 5_000)
    distances = random.integers(0, 20, 5_000).astype(np.uint8)
    orders = random.permutation(5_000)
    nearest = Nearest(limits)
    for part in np.array_split(np.arange(5_000), 7):
        nearest.add(questions[part], distances[part], orders[part])

    rows = sorted(zip(questions.tolist(), distances.tolist(), orders.tolist(), strict=True))
    by_question = [[order for q, _, order in rows if q == question] for question in range(4)]
    expected = [
        (question, order)
        for question, limit in enumerate(limits.tolist())
        for order in by_question[question][:limit]
    ]
    found = nearest.found()
    assert list(zip(*(column.tolist() for column in found), strict=True)) == expected


def test_what_is_far_is_not_kept() -> None:
    """Millions of answers to one question take no more room than one million."""
    nearest = Nearest(np.array([2], np.int64))
    most_kept = 0
    for start in range(0, 3_000_000, 500_000):
        orders = np.arange(start, start + 500_000)
        nearest.add(np.zeros(500_000, np.intp), np.full(500_000, 3, np.uint8), orders[::-1])
        most_kept = max(most_kept, sum(len(orders) for *_, orders in nearest._added))

    questions, orders = nearest.found()
    assert (questions.tolist(), orders.tolist()) == ([0, 0], [0, 1])
    assert most_kept == 1_000_000

"""The nearest of what is found for each of many questions, without keeping the rest."""

import numpy as np
from numpy.typing import NDArray

_UNSORTED = 1 << 20
"""Kept at once beside the nearest, some 20 bytes each."""


class Nearest:
    """Of each question at most its limit: nearest first, then the earlier arrival."""

    def __init__(self, limits: NDArray[np.int64]) -> None:
        self._limits = limits
        self._questions = np.zeros(0, np.intp)
        self._distances = np.zeros(0, np.uint8)
        self._orders = np.zeros(0, np.int64)
        self._added: list[tuple[NDArray[np.intp], NDArray[np.uint8], NDArray[np.int64]]] = []
        self._unsorted = 0

    def add(
        self,
        questions: NDArray[np.intp],
        distances: NDArray[np.uint8],
        orders: NDArray[np.int64],
    ) -> None:
        self._added.append((questions, distances, orders))
        self._unsorted += len(questions)
        if self._unsorted > _UNSORTED:
            self._sort()

    def found(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """Questions, in turn, and the orders that answer them."""
        self._sort()
        return self._questions, self._orders

    def _sort(self) -> None:
        kept = (self._questions, self._distances, self._orders)
        questions, distances, orders = map(np.concatenate, zip(kept, *self._added, strict=True))
        self._added, self._unsorted = [], 0
        by_question = np.lexsort((orders, distances, questions))
        questions = questions[by_question]
        firsts = np.searchsorted(questions, questions)
        within = np.arange(len(questions)) - firsts < self._limits[questions]
        self._questions = questions[within]
        self._distances = distances[by_question][within]
        self._orders = orders[by_question][within]

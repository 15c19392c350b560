"""Strangers' text, made fit for every place it is stored in."""

import json
import math
import os

import pytest

from darkroom.storage.storable_text import storable, storable_json, storable_tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain \t\r\n \x7f 写真 \U0001f4f7 \u202e", "plain \t\r\n \x7f 写真 \U0001f4f7 \u202e"),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("\ud83d\ude00", "\ufffd\ufffd"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf\ufffd.jpg"),
    ],
)
def test_only_what_cannot_be_stored_is_replaced(text: str, expected: str) -> None:
    """NUL and surrogates go, everything else stays; the result is UTF-8."""
    assert storable(text) == expected
    assert storable(text).encode().decode() == expected


def test_a_tree_keeps_its_shape() -> None:
    """Strings at any depth are looked at, keys too; other values are left as they are."""
    tree = {"a\x00": ["\udc80", 1, None, {"b": [True, 2.5]}], "c": "fine"}

    assert storable_tree(tree) == {"a\ufffd": ["\ufffd", 1, None, {"b": [True, 2.5]}], "c": "fine"}


@pytest.mark.parametrize(
    "text",
    ["\x00", "\x00\x00", "\\u0000", "\\\x00", "\\\\u0000\x00", "\ud83d\ude00é\udc80", '"\x00"'],
)
def test_json_is_that_of_the_storable_tree(text: str) -> None:
    """Also where something only looks like the JSON of a NUL."""
    tree = {text: [text, 1, None, {"a": [True, 2.5, text * 2]}]}

    assert json.loads(storable_json(tree)) == storable_tree(tree)
    assert storable_json(tree).encode().decode() == storable_json(tree)


def test_json_spells_numbers_that_it_has_no_word_for() -> None:
    """As strings, which databases read as numbers again."""
    tree = [math.inf, -math.inf, math.nan, 1e20, 2**70, ("caf\udce9",)]

    assert storable_json(tree) == f'["Infinity","-Infinity","NaN",1e+20,{2**70},["caf\ufffd"]]'

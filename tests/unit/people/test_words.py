"""How names become words to search for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tureen.model.ids import UserId
from tureen.people import PersonRecord
from tureen.people.limits import MAX_WORD_CHARACTERS, MAX_WORDS
from tureen.people.words import matches, words, words_of


@given(st.text())
def test_words_of_words_are_the_same(text: str) -> None:
    once = list(words(text))
    assert list(words(" ".join(once))) == once
    assert all(0 < len(word) <= MAX_WORD_CHARACTERS for word in once)


@given(st.text(max_size=256), st.data())
def test_whatever_begins_a_word_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    record = PersonRecord(user=UserId("ann"), name=name)
    for word in words_of(record):
        beginning = word[: data.draw(st.integers(1, len(word)))]
        assert matches(record, words(beginning))
        assert matches(record, words(beginning.upper()))


def test_a_long_name_has_a_bounded_number_of_words() -> None:
    record = PersonRecord(user=UserId("ann"), name=" ".join(f"w{number}" for number in range(200)))
    assert len(words_of(record)) == MAX_WORDS

"""Words that people are found by: without case, accents and marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tureen.people.limits import MAX_WORD_CHARACTERS, MAX_WORDS
from tureen.people.records import PersonRecord

_OF_WORDS = "LNM"
"""General categories (Unicode 4.5): letters, numbers, and the marks that remain, which are vowels of some scripts."""

_INVISIBLE = "Cf"
"""Joiners and the like, with which some names are spelt and which nobody types in a search."""


def words(text: str) -> Iterable[str]:
    """The words of a text in their order, each cut to `MAX_WORD_CHARACTERS`.

    Compatibility forms are taken apart (Unicode Standard Annex 15, NFKD) and combining marks dropped, so ``Zoë`` is
    ``zoe`` and ``ﬁ`` is ``fi``; what has no spaces, as Chinese, is one word.
    """
    # Folding may compose anew, and taking apart may bring capitals: do both before marks go.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(map(_plain, apart))
    return (word[:MAX_WORD_CHARACTERS] for word in plain.split())


def words_of(record: PersonRecord) -> list[str]:
    """Of the name and the searchable attributes: each once, sorted, at most `MAX_WORDS`, those of the name first."""
    texts = [record.name, *(record.attributes.get(key, "") for key in record.searchable)]
    found = dict.fromkeys(word for text in texts for word in words(text))
    return sorted(list(found)[:MAX_WORDS])


def matches(record: PersonRecord, query: Iterable[str]) -> bool:
    """Whether each word of the query begins a word of the person."""
    own = words_of(record)
    return all(any(word.startswith(wanted) for word in own) for wanted in query)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if unicodedata.combining(character) or category == _INVISIBLE:
        return ""
    return character if category[0] in _OF_WORDS else " "

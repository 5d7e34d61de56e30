"""Search without a dictionary and without extensions: any substring of a product's names is found, in Chinese and in English.

A product carries its text (``search_text``: names, tags, vendor, category, SKUs, normalised) and the pieces of it (``search_terms``:
of Chinese each character and each pair, of other scripts each word's beginnings and triples of letters) under a GIN index. A query is
cut into pieces the same way; the index finds the products that have all of them, and ``LIKE`` confirms that they stand together.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

MAX_QUERY = 60
# Characters that are written without spaces: Han, kana.
_HAN = r"\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")


def normalise(text: str) -> str:
    """The text as it is compared: one form of each character, no case, no accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def text_of(parts: Iterable[str]) -> str:
    """What a product is found by, its parts a line each so that nothing is found across two of them."""
    return "\n".join(dict.fromkeys(normalise(part).strip() for part in parts if part.strip()))


def terms_of(text: str) -> list[str]:
    """The pieces of a text from ``text_of`` that go into the index."""
    terms: set[str] = set()
    for han, word in _RUN.findall(text):
        if han:
            terms.update(han)
            terms.update(_slices(han, 2))
        else:
            terms.update(f"^{word[:length]}" for length in (1, 2))
            terms.update(_slices(word, 3))
    return sorted(terms)


def matching(products: "QuerySet[Any]", query: str) -> "QuerySet[Any]":
    """The products that have every word of the query somewhere. A query without any letter finds nothing."""
    runs = [han or word for han, word in _RUN.findall(normalise(query[:MAX_QUERY]))]
    if not runs:
        return products.none()
    terms: set[str] = set()
    confirmed = Q()
    for run in runs:
        if re.match(rf"[{_HAN}]", run):
            terms.update(_slices(run, 2) if len(run) > 1 else [run])
        elif len(run) < 3:
            terms.add(f"^{run}")
        else:
            terms.update(_slices(run, 3))
        if len(run) > 2:
            confirmed &= Q(search_text__contains=run)
    return products.filter(confirmed, search_terms__contains=sorted(terms))


def _slices(run: str, length: int) -> set[str]:
    return {run[i : i + length] for i in range(len(run) - length + 1)}

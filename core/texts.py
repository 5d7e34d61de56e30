"""Texts in Chinese and English: two columns, ``<name>_zh`` and ``<name>_en``, and one way to choose."""

from typing import Any

from django.utils.translation import get_language

ZH, EN = "zh-hans", "en"
SUFFIXES = {ZH: "zh", EN: "en"}


def language_suffix(language: str | None = None) -> str:
    """``"zh"`` or ``"en"`` for the language given, or for the active one."""
    return "zh" if (language or get_language() or EN).lower().startswith("zh") else "en"


def pick(zh: str, en: str, language: str | None = None) -> str:
    """The text in the language, or the other one where it is empty."""
    return (zh or en) if language_suffix(language) == "zh" else (en or zh)


def text(obj: Any, name: str, language: str | None = None) -> str:
    """``text(product, "title")``: the column of the active language, or the other one where that is empty."""
    return pick(getattr(obj, f"{name}_zh"), getattr(obj, f"{name}_en"), language)

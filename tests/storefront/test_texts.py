"""The shop speaks Chinese and English alike: the same texts with the same blanks, every one of them used, none of them missing."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node

STOREFRONT = Path(node.PREVIEW).parent / "storefront"
Texts = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def texts() -> dict[str, Texts]:
    code = "process.stdout.write(JSON.stringify({zh: require(process.argv[1]), en: require(process.argv[2])}))"
    files = [str(STOREFRONT / "locales" / name) for name in ("zh-Hans.js", "en.js")]
    done = subprocess.run([str(node.folder() / "node"), "-e", code, *files], capture_output=True, text=True, check=True)
    answer: dict[str, Texts] = json.loads(done.stdout)
    return answer


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_texts(texts: dict[str, Texts]) -> None:
    keys = {
        language: {(scope, key) for scope, some in all_.items() for key in some} for language, all_ in texts.items()
    }
    assert keys["zh"] == keys["en"]


def test_blanks_are_the_same(texts: dict[str, Texts]) -> None:
    for scope, some in texts["zh"].items():
        for key, text in some.items():
            assert blanks(text) == blanks(texts["en"][scope][key]), f"{scope}.{key}"


def test_no_exclamation_and_no_chinese_in_english(texts: dict[str, Texts]) -> None:
    for language, all_ in texts.items():
        for scope, some in all_.items():
            for key, text in some.items():
                assert not re.search("[!！]", text), f"{language} {scope}.{key}"
                if language == "en":
                    assert not re.search("[一-鿿]", text), f"{scope}.{key}"


def scope_of(script: str) -> str:
    """The scope that a page or component binds."""
    found = re.search(r"i18n\.bind\(this(?:, '(\w+)')?\)", script)
    return (found[1] or "common") if found else ""


def test_every_text_that_a_page_shows_exists(texts: dict[str, Texts]) -> None:
    missing: list[str] = []
    for page in sorted(STOREFRONT.rglob("*.wxml")):
        scope = scope_of(page.with_suffix(".js").read_text(encoding="utf-8"))
        if not scope:
            continue
        known = {**texts["en"]["common"], **texts["en"][scope]}
        source = page.read_text(encoding="utf-8") + page.with_suffix(".js").read_text(encoding="utf-8")
        used = set(re.findall(r"\bt\.(\w+)", source))
        missing += [f"{page.stem}: {scope}.{key}" for key in sorted(used) if key not in known]
    # Texts of a state that has nothing to add are left out on purpose: they are asked for by `t['state_' + …]`.
    assert missing == []


def test_no_text_stands_in_a_page_itself() -> None:
    for page in sorted(STOREFRONT.rglob("*.wxml")):
        without_data = re.sub(r"\{\{[\s\S]*?\}\}", "", page.read_text(encoding="utf-8"))
        outside = re.sub(r"<[^>]*>", " ", without_data)
        assert not re.search(r"[A-Za-z一-鿿]{2,}", outside), f"{page.name}: {outside.split()}"


def test_every_text_is_used(texts: dict[str, Any]) -> None:
    files = [path for path in STOREFRONT.rglob("*") if path.suffix in (".js", ".wxml") and "locales" not in path.parts]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    unused = []
    for scope, some in texts["en"].items():
        for key in some:
            family = key.split("_")[0] + "_"
            composed = f"'{family}'" in source or f"`{family}$" in source
            action = scope == "actions" and re.search(r"(Title|Text|Yes|No)$", key)
            named = re.search(rf"\b{key}\b", source)
            if not (named or composed or action):
                unused.append(f"{scope}.{key}")
    assert unused == []


def test_words_of_dialog_buttons_are_as_short_as_wechat_wants_them(texts: dict[str, Texts]) -> None:
    # At most four Chinese characters, which are eight Latin letters; longer ones make wx.showModal fail.
    buttons = {"drop", "forget", "cancel", "cancelYes", "cancelNo", "receiveYes", "receiveNo"}
    long = [
        f"{language} {scope}.{key}"
        for language, all_ in texts.items()
        for scope, some in all_.items()
        for key, text in some.items()
        if key in buttons
        and (scope, key) != ("actions", "cancel")
        and sum(1 if ord(char) < 256 else 2 for char in text) > 8
    ]
    assert long == []

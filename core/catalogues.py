"""Message catalogues without gettext's programs: which texts a room asks for, and what its Chinese catalogue lacks.

A room is a folder beside ``manage.py``; its catalogue is ``<room>/locale/zh_Hans/LC_MESSAGES/django.po``.
``manage.py collect_texts`` enters what is new, ``manage.py compile_texts`` makes the compiled files.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOMS = ("config", "core", "wechat", "shop", "orders", "payments", "dashboards", "miniapp_templates", "demo")
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"
# How many arguments of each function are texts: context, singular, plural.
FUNCTIONS = {
    "_": ("id",),
    "gettext": ("id",),
    "gettext_lazy": ("id",),
    "gettext_noop": ("id",),
    "ngettext": ("id", "plural"),
    "ngettext_lazy": ("id", "plural"),
    "pgettext": ("context", "id"),
    "pgettext_lazy": ("context", "id"),
    "npgettext": ("context", "id", "plural"),
    "npgettext_lazy": ("context", "id", "plural"),
}
STRING = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(
    rf"\b({'|'.join(sorted(FUNCTIONS, key=len, reverse=True))})\(\s*{STRING}(?:\s*,\s*{STRING})?(?:\s*,\s*{STRING})?"
)


@dataclass(frozen=True, order=True)
class Text:
    """A text that a room asks gettext for."""

    msgid: str
    context: str | None = None
    plural: str = ""


def texts(room: Path) -> dict[Text, str]:
    """Every text in the room's Python files and templates, each with the file that asks for it first."""
    found: dict[Text, str] = {}
    for path in sorted((*room.rglob("*.py"), *room.rglob("templates/**/*.html"), *room.rglob("templates/**/*.txt"))):
        if {"migrations", "node_modules"} & set(path.relative_to(room).parts):
            continue
        source = path.read_text()
        for text in _in_python(source) if path.suffix == ".py" else _in_template(source):
            found.setdefault(text, str(path.relative_to(room)))
    return found


def missing(room: Path, known: polib.POFile | None = None) -> dict[Text, str]:
    """The texts of the room that its catalogue does not translate."""
    catalogue = known if known is not None else load(room)
    done = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.translated()}
    return {text: path for text, path in texts(room).items() if (text.context, text.msgid) not in done}


def load(room: Path) -> polib.POFile:
    """The room's catalogue, empty where there is none yet. Raises OSError, ValueError on what cannot be read."""
    path = room / CATALOGUE
    if path.exists():
        return polib.pofile(str(path), wrapwidth=120)
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def collect(room: Path) -> int:
    """Enter the room's new texts into its catalogue, untranslated; returns how many. What nobody asks for any more is removed."""
    catalogue = load(room)
    wanted = texts(room)
    keys = {(text.context, text.msgid) for text in wanted}
    stale = [entry for entry in catalogue if (entry.msgctxt, entry.msgid) not in keys]
    for entry in stale:
        catalogue.remove(entry)
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    new = [text for text in wanted if (text.context, text.msgid) not in known]
    for text in new:
        plural = {"msgid_plural": text.plural, "msgstr_plural": {0: ""}} if text.plural else {}
        flags = ["python-format"] if re.search(r"%\(\w+\)", text.msgid) else []
        entry = polib.POEntry(
            msgid=text.msgid, msgctxt=text.context, occurrences=[(wanted[text], "")], flags=flags, **plural
        )
        catalogue.append(entry)
    if new or stale:
        (room / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(room / CATALOGUE))
    return len(new)


def compile_catalogue(source: Path) -> bool:
    """Compile one ``.po`` beside itself if it changed; whether it did. Raises OSError, ValueError on what cannot be read."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    catalogue = polib.pofile(str(source), check_for_duplicates=True)
    # Moved into place, so that a process that starts just now reads the old one or the new one whole.
    building = target.with_suffix(".mo.new")
    catalogue.save_as_mofile(str(building))
    building.replace(target)
    return True


def _in_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            arguments = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if name in FUNCTIONS and len(arguments) >= len(FUNCTIONS[name]):
                strings = [argument for argument in arguments if isinstance(argument, str)]
                yield from _text(name, strings)


def _in_template(source: str) -> Iterator[Text]:
    for match in CALL.finditer(templatize(source)):
        yield from _text(match[1], [ast.literal_eval(string) for string in match.groups()[1:] if string])


def _text(function: str, strings: list[str]) -> Iterator[Text]:
    values = dict(zip(FUNCTIONS[function], strings, strict=False))
    if values.get("id"):
        yield Text(values["id"], values.get("context"), values.get("plural", ""))

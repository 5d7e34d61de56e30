"""Rich descriptions: what a merchant pastes is cut down to harmless HTML before it is kept.

The admin's editor (Trix) knows lines and blocks but no paragraphs and no tables: ``for_editor`` and ``from_editor`` carry paragraphs over
and back, and ``fits_editor`` says of what it would lose something.
"""

import re

import nh3

TAGS = {
    "p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "table", "thead", "tbody", "tr",
    "th", "td", "hr", "span", "a", "sub", "sup",
}  # fmt: skip
# What the editor writes besides.
_EDITOR_TAGS = TAGS | {"div", "h1", "del", "pre"}
_RENAMED = {"h1": "h2", "del": "s", "pre": "p"}
_LOST_IN_EDITOR = re.compile(r"<(?:table|hr|sub|sup)\b", re.IGNORECASE)
_DIV = re.compile(r"<div>(.*?)</div>", re.DOTALL)
_BLANK_LINE = re.compile(r"(?:<br>\s*){2,}")


def sanitise(html: str) -> str:
    """The HTML without scripts, styles, frames, pictures of other hosts, and links that are not https.

    Pictures belong into the gallery: an ``img`` in a text would load from wherever its author wanted.
    """
    return _clean(html, TAGS)


def fits_editor(html: str) -> bool:
    """Whether the editor shows all of it."""
    return not _LOST_IN_EDITOR.search(html)


def for_editor(html: str) -> str:
    """Paragraphs as the editor has them: lines of one block, with a blank line between."""
    joined = re.sub(r"</p>\s*<p>", "<br><br>", html)
    return re.sub(r"<p>(.*?)</p>", r"<div>\1</div>", joined, flags=re.DOTALL)


def from_editor(html: str) -> str:
    """What the editor wrote, as clean HTML with paragraphs."""
    cleaned = _clean(html, _EDITOR_TAGS)
    for old, new in _RENAMED.items():
        cleaned = cleaned.replace(f"<{old}>", f"<{new}>").replace(f"</{old}>", f"</{new}>")
    return sanitise(_DIV.sub(_paragraphs, cleaned)).strip()


def _paragraphs(block: "re.Match[str]") -> str:
    parts = [part.strip() for part in _BLANK_LINE.split(block.group(1))]
    return "".join(f"<p>{part.removesuffix('<br>')}</p>" for part in parts if part and part != "<br>")


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(html, tags=tags, attributes={"a": {"href"}}, url_schemes={"https"}, link_rel="noopener noreferrer")

"""Descriptions: nothing in them acts or loads, and editing one changes only what was edited."""

import csv
from pathlib import Path

import pytest

from shop.rich_text import fits_editor, for_editor, from_editor, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.test/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="http://plain.test/">x</a>',
    '<iframe src="https://evil.test"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="x.swf"></object><embed src=x>',
    '<form action="https://evil.test"><input name=a><button>x</button></form>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<style>@import 'https://evil.test/x.css';</style>",
    '<link rel=stylesheet href="https://evil.test/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.test">',
    '<base href="https://evil.test/">',
    '<video><source onerror="alert(1)"></video>',
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<isindex type=image src=1 onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '<p onclick="alert(1)" onmouseover=alert(1)>x</p>',
    '<img src="https://evil.test/pixel.gif">',
    "<template><script>alert(1)</script></template>",
    "<div contenteditable autofocus onfocus=alert(1)>x</div>",
]
FORBIDDEN = (
    "<script",
    "<img",
    "<svg",
    "<iframe",
    "<style",
    "<link",
    "<meta",
    "<base",
    "<form",
    "<object",
    "javascript:",
    "data:",
    " on",
    "style=",
    "http:",
)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("write", [sanitise, from_editor])
def test_nothing_acts_or_loads(attack: str, write: object) -> None:
    cleaned = write(f"<p>Good</p>{attack}<p>after</p>").lower()  # type: ignore[operator]
    assert "good" in cleaned
    # Escaped text may say anything; a tag may not.
    tags = "".join(part.split(">")[0] + ">" for part in cleaned.split("<")[1:])
    for word in FORBIDDEN:
        assert word.lstrip("<") not in tags.replace("</", "<") or (word == "<base" and "blockquote" in tags), (
            word,
            cleaned,
        )


def test_what_merchants_write_stays() -> None:
    html = "<h2>Tea</h2><p>One <strong>bud</strong></p><ul><li>3 g</li></ul><table><tbody><tr><td>x</td></tr></tbody></table>"
    assert sanitise(html) == html
    assert 'rel="noopener noreferrer"' in sanitise('<a href="https://jishi.test/">x</a>')


@pytest.mark.parametrize(
    "html",
    [
        "<p>One</p>",
        "<p>One</p><p>Two</p><p>Three</p>",
        "<p>One<br>line</p><ul><li>a</li><li>b</li></ul><p>Two</p>",
        "<h2>Title</h2><p>One</p><blockquote>said</blockquote>",
        "",
    ],
)
def test_to_the_editor_and_back(html: str) -> None:
    assert from_editor(for_editor(html)) == html


def test_the_demo_stores_descriptions_survive_an_edit() -> None:
    with (Path(__file__).parents[2] / "demo/catalogue/products.csv").open(encoding="utf-8-sig", newline="") as file:
        bodies = [
            row[name] for row in csv.DictReader(file) for name in ("Body (HTML)", "Body (HTML) (zh-Hans)") if row[name]
        ]
    assert len(bodies) > 60
    for body in map(sanitise, bodies):
        assert fits_editor(body)
        assert from_editor(for_editor(body)) == body


def test_what_the_editor_writes_becomes_paragraphs() -> None:
    assert from_editor("<div>One<br><br>Two<br></div><h1>Big</h1><div><del>old</del></div><pre>x</pre>") == (
        "<p>One</p><p>Two</p><h2>Big</h2><p><s>old</s></p><p>x</p>"
    )


def test_tables_are_kept_from_the_editor() -> None:
    assert not fits_editor("<p>x</p><TABLE><tr><td>1</td></tr></TABLE>")

"""Generating configures the storefront from a store: harmless whatever the store is called, the same bytes every time, never half done."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from miniapp_templates import node
from miniapp_templates.colours import contrast
from miniapp_templates.generating import (
    NO_APP_ID,
    STOREFRONT,
    GeneratingError,
    configure,
    facts_of,
    generate,
    palettes,
    write,
)
from shop.models import Store

NASTY = [
    '");wx.request({url:"https://evil.example"});("',
    "../../etc/passwd",
    "`${process.exit()}`",
    "</script><script>alert(1)</script>",
    "{{ settings.SECRET_KEY }} {% load x %}",
    "line one\nline two\u2028three",
    "茶铺 ' \" \\ 'quoted'",
]


def store_of(**columns: Any) -> Store:
    values = {
        "slug": "tea",
        "name_zh": "集市茶铺",
        "name_en": "Jishi Tea",
        "wechat_app_id": "wx0123456789abcdef",
        "brand_color": "#2f6b4f",
    }
    return Store(**values | columns)


def program_of(**columns: Any) -> dict[str, bytes]:
    return configure(facts_of(store_of(**columns), "https://shop.example"))


def config_of(files: dict[str, bytes], tmp_path: Path) -> dict[str, Any]:
    """What a JavaScript engine sees in config.js."""
    (tmp_path / "config.cjs").write_bytes(files["config.js"])
    script = "console.log(JSON.stringify(require(process.argv[1])))"
    done = subprocess.run(
        [str(node.folder() / "node"), "-e", script, str(tmp_path / "config.cjs")],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_it_works(tmp_path: Path) -> None:
    files = program_of()
    assert config_of(files, tmp_path) == {
        "apiBase": "https://shop.example", "store": "tea", "name": {"zh-Hans": "集市茶铺", "en": "Jishi Tea"},
        "languages": ["zh-Hans", "en"], "defaultLanguage": "zh-Hans", "currency": "CNY", "timeout": 10000,
    }  # fmt: skip
    app = json.loads(files["app.json"])
    assert app["window"]["navigationBarTitleText"] == "集市茶铺"
    assert json.loads(files["project.config.json"])["appid"] == "wx0123456789abcdef"


def test_pages_and_scripts_are_copied_byte_for_byte() -> None:
    files = program_of()
    configured = {"config.js", "app.json", "theme.json", "styles/tokens.wxss", "project.config.json"}
    for path in STOREFRONT.rglob("*"):
        name = path.relative_to(STOREFRONT).as_posix()
        if path.is_file() and not path.name.startswith(".") and name not in configured and path.suffix != ".png":
            assert files[name] == path.read_bytes(), name


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_stays_a_name(name: str, tmp_path: Path) -> None:
    files = program_of(name_zh=name, name_en=name)
    shown = re.sub(r"[\n\u2028]", " ", name).strip()
    assert config_of(files, tmp_path)["name"] == {"zh-Hans": shown, "en": shown}
    assert json.loads(files["app.json"])["window"]["navigationBarTitleText"] == shown
    calm = program_of()
    touched = {path for path in files if files[path] != calm.get(path)}
    assert touched == {"config.js", "app.json", "project.config.json"}


@pytest.mark.parametrize("slug", ["../../escape", "a/b", "", ".", "..", "a" * 41, "-rf", "a\nb", "茶"])
def test_an_address_that_is_no_folder_is_refused(slug: str, settings: Any, tmp_path: Path) -> None:
    settings.MINIAPPS_DIR = tmp_path / "deep" / "miniapps"
    with pytest.raises(GeneratingError):
        generate(store_of(slug=slug))
    assert list(tmp_path.rglob("*")) == []


def test_bad_values_fall_back() -> None:
    files = program_of(wechat_app_id='"; rm -rf /', brand_color="red; }", currency="<b>")
    assert json.loads(files["project.config.json"])["appid"] == NO_APP_ID
    assert b"red; }" not in files["styles/tokens.wxss"]
    assert b'"currency": "CNY"' in files["config.js"]


@pytest.mark.parametrize("base", ["javascript:alert(1)", "ftp://x", "//x", "shop.example"])
def test_the_server_is_an_http_origin(base: str) -> None:
    with pytest.raises(GeneratingError):
        facts_of(store_of(), base)


def test_the_default_language_comes_first() -> None:
    facts = facts_of(store_of(default_language="en"), "")
    app = json.loads(configure(facts)["app.json"])
    assert facts.languages == ["en", "zh-hans"]
    assert [tab["text"] for tab in app["tabBar"]["list"]] == ["Home", "Shop", "Cart", "Me"]
    assert app["window"]["navigationBarTitleText"] == "Jishi Tea"


def test_one_language_is_enough() -> None:
    facts = facts_of(store_of(languages=["en"], default_language="en", name_zh=""), "")
    assert facts.languages == ["en"]


@pytest.mark.parametrize(
    "brand",
    ["#2f6b4f", "#000000", "#ffffff", "#ffff00", "#ff0000", "#0000ff", "#7f7f7f", "#f5d0c5", "#123456", "#00ff88"],
)
def test_every_brand_colour_can_be_read(brand: str) -> None:
    tokens = (STOREFRONT / "styles/tokens.wxss").read_text()
    light, dark = palettes(tokens, brand)
    for palette, grounds in ((light, ["#ffffff", "#f6f5f2"]), (dark, ["#111312", "#1b1e1c"])):
        assert contrast(palette.on_brand, palette.brand) >= 4.5
        assert contrast(palette.on_brand, palette.strong) >= 4.5
        for ground in [*grounds, palette.tint]:
            assert contrast(palette.text, ground) >= 4.5, (brand, palette, ground)


def test_the_tokens_carry_the_brand_and_nothing_else_changes() -> None:
    before = (STOREFRONT / "styles/tokens.wxss").read_text()
    after = program_of(brand_color="#AA3344")["styles/tokens.wxss"].decode()
    assert "--brand: #aa3344;" in after
    changed = [line for old, line in zip(before.splitlines(), after.splitlines(), strict=True) if old != line]
    assert changed
    assert all("brand" in line for line in changed)


def test_tab_icons_take_the_brand_and_keep_their_shape() -> None:
    files = program_of(brand_color="#AA3344")
    theme = json.loads(files["theme.json"])
    app = json.loads(files["app.json"])
    for tab in app["tabBar"]["list"]:
        for scheme in ("light", "dark"):
            selected = theme[scheme][tab["selectedIconPath"].lstrip("@")]
            data = Image.open(io.BytesIO(files[selected])).convert("RGBA").tobytes()
            colours = {tuple(data[i : i + 3]) for i in range(0, len(data), 4) if data[i + 3] > 0}
            wanted = theme[scheme]["tabSelected"]
            assert colours == {tuple(int(wanted[i : i + 2], 16) for i in (1, 3, 5))}
    original = Image.open(STOREFRONT / "images/tab-home.png").convert("RGBA").getchannel("A")
    assert Image.open(io.BytesIO(files["images/tab-home.png"])).getchannel("A").tobytes() == original.tobytes()


def test_the_same_store_gives_the_same_bytes(settings: Any, tmp_path: Path) -> None:
    settings.MINIAPPS_DIR = tmp_path
    folder = generate(store_of())
    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert generate(store_of()) == folder
    second = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert first == second


def test_a_failure_leaves_the_old_program(tmp_path: Path) -> None:
    target = tmp_path / "tea"
    write({"app.json": b"old"}, target)
    with pytest.raises(OSError):
        write({"app.json": b"new", "app.json/inside": b"impossible"}, target)
    assert (target / "app.json").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == ["tea"]


def test_what_is_gone_from_the_storefront_goes_from_the_program(tmp_path: Path) -> None:
    target = tmp_path / "tea"
    write({"app.json": b"1", "old.js": b"1"}, target)
    write({"app.json": b"2"}, target)
    assert [path.name for path in target.iterdir()] == ["app.json"]


def test_the_release_note_tells_what_to_enter_at_wechat() -> None:
    release = json.loads(program_of()["release.json"])
    assert "${商品订单号}" in release["order_path"]
    assert release["domains"]["request"] == ["https://shop.example"]
    assert {
        "kind": "地址",
        "apis": ["chooseAddress"],
        "purpose_zh": "用于填写收货地址并送达商品",
        "purpose_en": "to fill in where the goods are sent",
    } in release["privacy"]

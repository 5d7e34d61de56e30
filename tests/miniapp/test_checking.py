"""Each check finds the fault that was planted in an otherwise fine program, with its file and line."""

from __future__ import annotations

import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from miniapp_templates import checking, node
from miniapp_templates.checking import Finding, Program
from miniapp_templates.generating import configure, facts_of, write
from shop.models import Store, WeChatPayAccount

SECRET = "f0e1d2c3b4a5968778695a4b3c2d1e0f"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fine program, made once."""
    store = Store(slug="tea", name_zh="集市茶铺", name_en="Jishi Tea", wechat_app_id="wx0123456789abcdef")
    return write(configure(facts_of(store, "https://shop.example")), tmp_path_factory.mktemp("programs") / "tea")


@pytest.fixture
def folder(generated: Path, tmp_path: Path) -> Path:
    """A copy to plant faults in."""
    return Path(shutil.copytree(generated, tmp_path / "tea"))


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    after = change(before)
    assert before != after, "the fault was not planted"
    path.write_text(after)


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2))


def found(check: Callable[[Program], Iterator[Finding]], folder: Path) -> list[str]:
    return [f"{one.file}:{one.line} {one.message}" for one in check(Program(folder))]


def only(findings: list[str], *words: str) -> bool:
    """Exactly one finding, which has all the words."""
    return len(findings) == 1 and all(word in findings[0] for word in words)


@pytest.fixture(scope="module")
def planted(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What Node's checks find in a program with one fault of each kind; one run, because it takes seconds."""
    folder = Path(shutil.copytree(generated, tmp_path_factory.mktemp("planted") / "tea"))
    (folder / "orders/parcel.wxml").unlink()
    (folder / "orders/parcel.js").unlink()
    shutil.rmtree(folder / "components/price")
    edit(folder / "pages/cart/cart.wxml", lambda text: f'{text}\n<image src="/images/none.png" />')
    edit(folder / "pages/cart/cart.js", lambda text: f"require('../../services/none')\n{text}")
    expression = "{{price.toFixed(2)}}"
    edit(
        folder / "pages/me/me.wxml",
        lambda text: f"<viev>x</viev>\n<!-- <noway/> -->\n{text}\n<text>{expression}</text>",
    )
    edit(folder / "components/empty/empty.wxml", lambda text: f"<text>{{{{a ?? b}}}}</text>\n{text}")
    edit(folder / "components/empty/empty.wxss", lambda text: f".a {{ .b {{ color: red }} }}\n{text}")
    edit(folder / "components/stepper/stepper.wxml", lambda text: f"{text}\n<view>\n")
    edit(folder / "components/sheet/sheet.wxss", lambda text: f".x {{ background: url(/images/tab-me.png) }}\n{text}")
    edit(folder / "services/store.js", lambda text: f"wx.navigateTo({{ uri: '/x' }})\nwindow.alert(1)\n{text}")
    answer = node.run("check.mjs", [folder], development=True)
    return [f"{one['file']}:{one['line']} {one['check']}: {one['message']}" for one in answer["findings"]] + answer[
        "skipped"
    ]


def test_the_generated_program_is_fine(folder: Path) -> None:
    report = checking.check(folder, secrets=[SECRET])
    assert report.findings == []
    assert report.ok


def test_a_main_package_that_grew(folder: Path) -> None:
    (folder / "images/big.bin").write_bytes(b"x" * 300 * 1024)
    findings = found(checking.check_sizes, folder)
    assert any("main package" in one and "target is 300 KB" in one for one in findings)
    assert any(one.startswith("images/big.bin:1") and "belong on the server" in one for one in findings)


def test_a_subpackage_over_two_megabytes(folder: Path) -> None:
    (folder / "orders/big.js").write_bytes(b"//" + b"x" * 2 * 1024 * 1024)
    assert only(found(checking.check_sizes, folder), "subpackage orders", "WeChat takes 2048 KB")


def test_twenty_megabytes_in_all(folder: Path) -> None:
    edit_json(
        folder / "app.json", lambda app: app["subPackages"].extend({"root": f"pack{n}", "pages": []} for n in range(12))
    )
    for number in range(12):
        (folder / f"pack{number}").mkdir()
        (folder / f"pack{number}/x.js").write_bytes(b"x" * 1900 * 1024)
    assert only(found(checking.check_sizes, folder), "in all")


def test_what_is_not_uploaded_does_not_count(folder: Path) -> None:
    edit(folder / "release.json", lambda text: text + " " * 400 * 1024)
    assert found(checking.check_sizes, folder) == []


def test_tab_icons_that_are_missing(folder: Path) -> None:
    (folder / "images/tab-cart-on-dark.png").unlink()
    edit_json(folder / "app.json", lambda app: app["tabBar"]["list"][0].pop("iconPath"))
    findings = found(checking.check_tab_bar, folder)
    assert len(findings) == 2
    assert any("no icon images/tab-cart-on-dark.png" in one for one in findings)
    assert any("pages/home/home has no iconPath" in one for one in findings)


def test_a_tab_in_a_subpackage(folder: Path) -> None:
    edit_json(folder / "app.json", lambda app: app["tabBar"]["list"][1].update(pagePath="orders/list"))
    assert only(found(checking.check_tab_bar, folder), "orders/list is not a page of the main package")


def test_orders_that_a_search_engine_would_list(folder: Path) -> None:
    edit_json(
        folder / "sitemap.json", lambda sitemap: sitemap["rules"].insert(0, {"action": "allow", "page": "orders/order"})
    )
    assert only(found(checking.check_sitemap, folder), "sitemap.json:6", "orders/order belongs to one shopper")


def test_no_map_lists_everything(folder: Path) -> None:
    (folder / "sitemap.json").unlink()
    assert only(found(checking.check_sitemap, folder), "there is no sitemap.json")


def test_personal_data_that_is_not_declared(folder: Path) -> None:
    edit(
        folder / "pages/me/me.js",
        lambda text: f"{text}\nfunction where() {{\n  wx.getLocation({{ type: 'gcj02' }})\n}}\n",
    )
    findings = found(checking.check_privacy, folder)
    line = (folder / "pages/me/me.js").read_text().splitlines().index("  wx.getLocation({ type: 'gcj02' })") + 1
    assert any(one.startswith(f"pages/me/me.js:{line} getLocation uses 位置信息") for one in findings)
    assert any("requiredPrivateInfos" in one for one in findings)


def test_an_open_type_needs_its_declaration_too(folder: Path) -> None:
    edit(folder / "pages/me/me.wxml", lambda text: f'{text}<button open-type="getPhoneNumber">x</button>\n')
    assert only(found(checking.check_privacy, folder), "pages/me/me.wxml", "手机号")


def test_the_privacy_check_must_be_on(folder: Path) -> None:
    edit_json(folder / "app.json", lambda app: app.pop("__usePrivacyCheck__"))
    assert only(found(checking.check_privacy, folder), "__usePrivacyCheck__")


def test_a_server_without_https(folder: Path) -> None:
    domains = {"request": ["http://127.0.0.1:8000"]}
    edit_json(folder / "release.json", lambda release: release.update(domains=domains))
    assert only(found(checking.check_domains, folder), "http://127.0.0.1:8000", "https")


def test_the_order_centres_path(folder: Path) -> None:
    edit_json(folder / "release.json", lambda release: release.update(order_path="orders/nowhere?id=1"))
    findings = found(checking.check_order_path, folder)
    assert len(findings) == 2
    assert any("${商品订单号}" in one for one in findings)


@pytest.mark.parametrize(
    "planted",
    [
        "// -----BEGIN PRIVATE KEY-----",
        "const app_secret = '0123456789abcdef0123456789abcdef'",
        "const apiV3Key = 'abcdefghijklmnopqrstuvwxyz012345'",
        "// jishi-secret-canary",
        f"const x = '{SECRET}'",
    ],
)
def test_a_secret_is_found_and_not_repeated(folder: Path, planted: str) -> None:
    edit(folder / "services/store.js", lambda text: f"{planted}\n{text}")
    findings = list(checking.check_secrets(Program(folder), [SECRET]))
    assert [(one.file, one.line) for one in findings] == [("services/store.js", 1)]
    assert SECRET not in str(findings)


def test_the_stores_own_secrets_are_looked_for(store: Store) -> None:
    WeChatPayAccount.objects.create(
        store=store, mchid="1900", serial_no="5", private_key="-----BEGIN KEY", api_v3_key=SECRET
    )
    assert {"tea-secret", SECRET, "-----BEGIN KEY"} <= set(checking.secrets_of(store))


@pytest.mark.parametrize(
    "place, message",
    [
        ("app.json:", "compile: page not found: orders/parcel"),
        ("pages/cart/cart.js:1 ", "compile: require('../../services/none'): there is no such file"),
        ("catalogue/product.json:", "compile: component not found: "),
        ("pages/cart/cart.wxml:", "assets: there is no file images/none.png"),
        ("pages/me/me.wxml:1 ", "tags: unknown tag <viev>"),
        ("pages/me/me.wxml:", "expressions: a method call"),
        ("components/stepper/stepper.wxml:", "compile: "),
        ("components/sheet/sheet.wxss:1 ", "compile: WeChat loads no local file"),
        ("services/store.js:1 ", "types: TS"),
        ("services/store.js:2 ", "types: TS2304: Cannot find name 'window'"),
    ],
)
def test_what_node_finds(planted: list[str], place: str, message: str) -> None:
    assert any(one.startswith(place) and message in one for one in planted), planted


def test_comments_are_not_pages(planted: list[str]) -> None:
    assert not any("noway" in one for one in planted)


@pytest.mark.parametrize(
    "place", ["components/empty/empty.wxml:1 official: wcc:", "components/empty/empty.wxss:1 official: wcsc:"]
)
def test_what_wechats_own_compilers_refuse(planted: list[str], place: str) -> None:
    """Where they cannot run (another system than Linux x64), the report says so in plain words."""
    if sys.platform == "linux" and platform.machine() == "x86_64":
        assert any(one.startswith(place) for one in planted), planted
    else:
        assert any("Linux x64 only" in one for one in planted)


def test_the_command_reports_and_exits(
    store: Store, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MINIAPPS_DIR = tmp_path
    settings.PUBLIC_BASE_URL = "https://shop.example.com"
    with pytest.raises(CommandError, match="miniapp generate tea"):
        call_command("miniapp", "check", "tea")
    call_command("miniapp", "generate", "tea")
    capsys.readouterr()
    edit(tmp_path / "tea/services/store.js", lambda text: f"// tea-secret\n{text}")
    with pytest.raises(SystemExit) as stop:
        call_command("miniapp", "check", "tea", "--json")
    report = json.loads(capsys.readouterr().out)
    assert stop.value.code == 1
    assert report["ok"] is False
    found = [(one["file"], one["line"], one["check"]) for one in report["findings"]]
    assert found == [("services/store.js", 1, "secrets")]


@pytest.mark.django_db
def test_a_store_that_does_not_exist() -> None:
    with pytest.raises(CommandError, match="There is no store"):
        call_command("miniapp", "generate", "nobody")

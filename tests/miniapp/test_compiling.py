"""The compiler: WXSS, paths, modules and findings, without a browser."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node

SHEETS = {
    "units": ("a{width:10rpx;margin:-1.5rpx 2px;height:50vh}", {}),
    "safe area": (".a{padding-bottom:calc(10rpx + env(safe-area-inset-bottom))}", {}),
    "tags": ("view.a > text, button::after{color:red}", {}),
    "page": ("page{color:red}.a{color:blue}", {"route": "pages/a/a"}),
    "component": (":host{display:block}.a .b:not(.c){color:red}", {"prefix": "s1"}),
    "dark": ("@media (prefers-color-scheme: dark){page{color:red}}", {}),
    "dark and wide": ("@media (min-width: 600px) and (prefers-color-scheme: dark){.a{color:red}}", {}),
    "keyframes": ("@keyframes x{from{left:10rpx}to{left:0}}", {"prefix": "s1"}),
    "import": ('@import "./b.wxss";.a{color:red}', {}),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What the compiler's functions say; one start of Node for all cases."""
    node.packages()
    script = """
      import { compileWxss } from '%(root)s/compiler/wxss.mjs'
      import { resolve, find } from '%(root)s/compiler/paths.mjs'
      import { scanTags } from '%(root)s/compiler/wxml.mjs'
      import { collectModules, wrapModule } from '%(root)s/compiler/modules.mjs'
      import { compileProgram } from '%(root)s/compiler/program.mjs'
      const sheets = %(sheets)s, out = { sheets: {}, reports: [] }
      const report = (...all) => out.reports.push(all.join(' '))
      for (const [name, [source, scope]] of Object.entries(sheets)) {
        const files = new Map([['x/a.wxss', source], ['x/b.wxss', '@import "./a.wxss"; .b{color:blue}']])
        out.sheets[name] = compileWxss(files, 'x/a.wxss', scope, report)
      }
      compileWxss(new Map([['bad.wxss', '.a{color:red']]), 'bad.wxss', {}, report)
      compileWxss(new Map([['lost.wxss', '\\n@import "gone";']]), 'lost.wxss', {}, report)
      out.paths = [resolve('../c', 'a/b/d'), resolve('/x/y', 'a/b'), resolve('../../../../etc/passwd', 'a/b')]
      const files = new Map([['a/index.js', ''], ['miniprogram_npm/lib/index.js', ''], ['p/q.js', '']])
      out.found = [find(files, '/a', 'x', '.js'), find(files, 'lib', 'p/q', '.js'), find(files, './none', 'p/q', '.js')]
      out.tags = scanTags(`<!-- <a/> -->\\n<view wx:if="{{a > b}}" class='x'>\\n<my-tag bindtap="go" disabled/>\\n` +
        `<wxs module="m">var x = '<no/>'</wxs></view>`)
      out.modules = collectModules(new Map([['app.js', "require('./b'); // require('./comment')\\nrequire('./gone')"],
        ['b.js', "require('./app')"], ['m.js', "import { x } from './b'\\nexport default x"]]), ['app', 'm'], report)
      out.wrapped = wrapModule('a', { source: 'const window = 1', requires: {} })
      const broken = compileProgram(new Map([['app.json', '{\\n"pages": ["a",]\\n}'], ['app.js', 'App({']]))
      out.broken = broken.findings.map((one) => `${one.file}:${one.line} ${one.severity}`)
      console.log(JSON.stringify(out))
    """ % {"root": node.PREVIEW, "sheets": json.dumps(SHEETS)}  # noqa: UP031
    command = [str(node.folder() / "node"), "--input-type=module", "-e", script]
    return dict(
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=node.PREVIEW).stdout)
    )


@pytest.mark.parametrize(
    "name, expected",
    [
        ("units", "a{width:calc(var(--rpx)*10);margin:calc(var(--rpx)*-1.5) 2px;height:calc(var(--vh)*50)}"),
        ("safe area", ".a{padding-bottom:calc(calc(var(--rpx)*10) + var(--safe-bottom))}"),
        ("tags", "wx-view.a > wx-text, wx-button::after{color:red}"),
        ("page", ':where([jp-route="pages/a/a"]) wx-page{color:red}:where([jp-route="pages/a/a"]) .a{color:blue}'),
        ("component", "[wx-host=s1]{display:block}.s1--a .s1--b:not(.s1--c){color:red}"),
        ("dark", ':where([data-theme="dark"]) wx-page{color:red}'),
        ("dark and wide", '@media (min-width: 600px){:where([data-theme="dark"]) .a{color:red}}'),
        ("keyframes", "@keyframes x{from{left:calc(var(--rpx)*10)}to{left:0}}"),
        ("import", "\n.b{color:blue}\n.a{color:red}"),
    ],
)
def test_wxss_becomes_css(answers: dict[str, Any], name: str, expected: str) -> None:
    assert answers["sheets"][name] == expected


def test_paths_never_leave_the_program(answers: dict[str, Any]) -> None:
    assert answers["paths"] == ["a/c", "x/y", "etc/passwd"]
    assert answers["found"] == ["a/index", "miniprogram_npm/lib/index", None]


def test_tags_are_found_with_their_lines(answers: dict[str, Any]) -> None:
    assert [(tag["name"], tag["line"]) for tag in answers["tags"]] == [("view", 2), ("my-tag", 3), ("wxs", 4)]
    assert answers["tags"][0]["attributes"] == {"wx:if": "{{a > b}}", "class": "x"}
    assert answers["tags"][1]["attributes"] == {"bindtap": "go", "disabled": ""}


def test_modules_follow_require_and_import(answers: dict[str, Any]) -> None:
    assert answers["modules"]["app"]["requires"] == {"./b": "b"}
    assert answers["modules"]["m"]["requires"] == {"./b": "b"}
    assert "app.js 2 require('./gone'): there is no such file" in " ".join(answers["reports"])
    assert not any("comment" in one for one in answers["reports"])


def test_a_module_may_use_any_name_of_its_own(answers: dict[str, Any]) -> None:
    script = f"const all = {{{answers['wrapped']}}}; all.a.run(); console.log('fine')"
    done = subprocess.run([str(node.folder() / "node"), "-e", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "fine", done.stderr


def test_faults_have_a_file_and_a_line(answers: dict[str, Any]) -> None:
    reports = answers["reports"]
    assert any(one.startswith("error bad.wxss 1") for one in reports)
    assert any(one.startswith("error lost.wxss 2") for one in reports)
    assert any(one.startswith("app.json:2 error") for one in answers["broken"])
    assert any(one.startswith("app.js:1 error") for one in answers["broken"])


def test_an_error_keeps_the_old_output(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "app.json").write_text('{"pages": ["nowhere"]}')
    (source / "app.js").write_text("App({})")
    target.mkdir()
    (target / "old.txt").write_text("old")
    answer = node.run("compile.mjs", [source, target])
    assert [one["message"] for one in answer["findings"] if one["severity"] == "error"] == ["page not found: nowhere"]
    assert (target / "old.txt").read_text() == "old"


def test_the_lock_file_names_versions_and_no_registry() -> None:
    lock = (node.PREVIEW / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert not re.search(r"registry|\.tgz", lock)
    package = json.loads((node.PREVIEW / "package.json").read_text())
    for version in [*package["dependencies"].values(), *package["devDependencies"].values()]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)

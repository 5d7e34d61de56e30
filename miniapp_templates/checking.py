"""Checks of a generated mini program before it is shown or uploaded.

What needs Node (WeChat's compilers, glass-easel, TypeScript, unknown tags, missing files) is ``preview/check.mjs``; the rest is here:
sizes, the search engine's map, personal data, secrets, the order centre. Each finding names a file and a line.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from miniapp_templates import node, privacy
from miniapp_templates.generating import RELEASE, TEXT_FILES

KB = 1024
PACKAGE_LIMIT = 2 * KB * KB
TOTAL_LIMIT = 20 * KB * KB
MAIN_TARGET = 300 * KB
ASSET_TARGET = 200 * KB
# Pages that belong to one shopper: no search engine may list them.
PRIVATE = ("order", "account", "address", "cart", "checkout", "paid", "parcel", "/me", "refund", "coupon", "profile")
SHORTEST_SECRET = 8
ORDER_NUMBER = "${商品订单号}"
# Never in a program that leaves this machine, whatever the store's own secrets are.
SECRET_SHAPES = {
    "a PEM header": re.compile(rb"-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE|PUBLIC KEY)-----"),
    "an app secret": re.compile(rb"(?i)app_?secret[\"']?\s*[:=]\s*[\"'][0-9a-zA-Z_-]{8,}"),
    "a key of WeChat Pay": re.compile(rb"(?i)(?:api_?v3_?key|apiclient_key|mch_?key)[\"']?\s*[:=]\s*[\"'][^\"']{8,}"),
    "the canary": re.compile(rb"jishi-secret-canary"),
}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong (error) or worth a look (warning)."""

    file: str
    line: int
    severity: str
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message} [{self.check}]"


@dataclass(frozen=True)
class Report:
    """All findings, and why a check could not run."""

    findings: list[Finding]
    skipped: list[str]

    @property
    def ok(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)

    def as_json(self) -> str:
        answer = {"ok": self.ok, "findings": [asdict(one) for one in self.findings], "skipped": self.skipped}
        return json.dumps(answer, ensure_ascii=False, indent=2)


class Program:
    """A program on disk, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self.app = self.json("app.json")
        project = self.json("project.config.json")
        self.ignored = [one.get("value", "") for one in project.get("packOptions", {}).get("ignore", [])]

    def json(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads(self.files.get(name.lstrip("/"), b"{}"))
        except ValueError:
            return {}  # the compiler reports it with its line
        return value if isinstance(value, dict) else {}

    def text(self, name: str) -> str:
        return self.files[name].decode(errors="replace")

    def texts(self) -> dict[str, str]:
        return {name: self.text(name) for name in self.files if Path(name).suffix in TEXT_FILES}

    def line(self, name: str, needle: str) -> int:
        """The line where the text first stands, 1 when it does not."""
        offset = self.text(name).find(needle) if name in self.files else -1
        return 1 if offset < 0 else self.text(name).count("\n", 0, offset) + 1

    @property
    def subpackages(self) -> list[dict[str, Any]]:
        found = self.app.get("subPackages") or self.app.get("subpackages") or []
        return list(found)

    def pages(self) -> list[str]:
        pages = list(self.app.get("pages", []))
        for package in self.subpackages:
            pages += [f"{package['root'].strip('/')}/{page}" for page in package.get("pages", [])]
        return pages


def check_sizes(program: Program) -> Iterator[Finding]:
    """What WeChat refuses to take, and what makes the first start slow."""
    roots = [package["root"].strip("/") for package in program.subpackages]
    sizes = dict.fromkeys(["", *roots], 0)
    for name, content in program.files.items():
        if any(fnmatch.fnmatch(name, pattern) for pattern in program.ignored):
            continue
        root = next((root for root in roots if name.startswith(f"{root}/")), "")
        sizes[root] += len(content)
        if Path(name).suffix not in TEXT_FILES and len(content) > ASSET_TARGET:
            yield Finding(
                name,
                1,
                "warning",
                "sizes",
                f"{len(content) // KB} KB: pictures over {ASSET_TARGET // KB} KB belong on the server",
            )
    for root, size in sizes.items():
        place = f"subpackage {root}" if root else "main package"
        line = program.line("app.json", f'"{root}"') if root else 1
        if size > PACKAGE_LIMIT:
            yield Finding(
                "app.json",
                line,
                "error",
                "sizes",
                f"the {place} has {size // KB} KB, WeChat takes {PACKAGE_LIMIT // KB} KB",
            )
        elif not root and size > MAIN_TARGET:
            yield Finding(
                "app.json",
                1,
                "error",
                "sizes",
                f"the {place} has {size // KB} KB, the target is {MAIN_TARGET // KB} KB",
            )
    if sum(sizes.values()) > TOTAL_LIMIT:
        yield Finding(
            "app.json",
            1,
            "error",
            "sizes",
            f"{sum(sizes.values()) // KB} KB in all, WeChat takes {TOTAL_LIMIT // KB} KB",
        )


def check_tab_bar(program: Program) -> Iterator[Finding]:
    """Two to five tabs of the main package, each with its icons; icons may be variables of theme.json."""
    bar = program.app.get("tabBar")
    if not bar:
        return
    tabs = bar.get("list", [])
    if not 2 <= len(tabs) <= 5:
        yield Finding(
            "app.json",
            program.line("app.json", '"tabBar"'),
            "error",
            "tab-bar",
            f"{len(tabs)} tabs: WeChat wants 2 to 5",
        )
    theme = program.json(program.app.get("themeLocation", "theme.json"))
    for tab in tabs:
        page = tab.get("pagePath", "")
        line = program.line("app.json", page or '"tabBar"')
        if page not in program.app.get("pages", []):
            yield Finding("app.json", line, "error", "tab-bar", f"the tab {page} is not a page of the main package")
        for key in ("iconPath", "selectedIconPath"):
            named = tab.get(key, "")
            values = (
                [theme.get(scheme, {}).get(named[1:], "") for scheme in ("light", "dark")]
                if named.startswith("@")
                else [named]
            )
            for value in values:
                if not value:
                    yield Finding(
                        "app.json",
                        line,
                        "error",
                        "tab-bar",
                        f"the tab {page} has no {key}{f' ({named})' if named else ''}",
                    )
                elif value.lstrip("/") not in program.files:
                    yield Finding("app.json", line, "error", "tab-bar", f"there is no icon {value}")


def check_sitemap(program: Program) -> Iterator[Finding]:
    """WeChat's search lists every page by default: what belongs to a shopper must be disallowed."""
    name = program.app.get("sitemapLocation", "sitemap.json").lstrip("/")
    if name not in program.files:
        yield Finding("app.json", 1, "error", "sitemap", f"there is no {name}: every page would be searchable")
        return
    rules = program.json(name).get("rules", [])
    for page in program.pages():
        if any(word in page for word in PRIVATE) and _searchable(page, rules):
            yield Finding(
                name, program.line(name, page), "error", "sitemap", f"{page} belongs to one shopper and is searchable"
            )


def _searchable(page: str, rules: list[dict[str, Any]]) -> bool:
    """The first rule that names the page decides; without one it is listed."""
    for rule in rules:
        if fnmatch.fnmatch(page, str(rule.get("page", ""))):
            return rule.get("action") != "disallow"
    return True


def check_privacy(program: Program) -> Iterator[Finding]:
    """Each kind of personal data that is used is declared, or WeChat disables its API."""
    declared = {entry.get("kind") for entry in program.json(RELEASE).get("privacy", [])}
    used = list(privacy.uses(program.texts()))
    for use in used:
        if use.kind not in declared:
            yield Finding(
                use.file, use.line, "error", "privacy", f"{use.api} uses {use.kind}, which is not declared in {RELEASE}"
            )
    if used and program.app.get("__usePrivacyCheck__") is not True:
        yield Finding("app.json", 1, "error", "privacy", 'personal data is used without "__usePrivacyCheck__": true')
    required = set(program.app.get("requiredPrivateInfos", []))
    for use in used:
        located = use.kind == "位置信息" or use.api == "chooseAddress"
        if located and use.api not in required:
            yield Finding("app.json", 1, "error", "privacy", f'{use.api} must stand in "requiredPrivateInfos"')
            required.add(use.api)


def check_domains(program: Program) -> Iterator[Finding]:
    """A program on a phone may only talk to a listed domain over HTTPS."""
    domains = [str(one) for ones in program.json(RELEASE).get("domains", {}).values() for one in ones]
    for domain in dict.fromkeys(domains):
        if not domain.startswith("https://"):
            line = program.line(RELEASE, domain)
            yield Finding(
                RELEASE,
                line,
                "warning",
                "domains",
                f"{domain}: on phones only https and a domain listed at WeChat work",
            )


def check_order_path(program: Program) -> Iterator[Finding]:
    """WeChat's order centre opens a page of the program with the order's number in its place."""
    path = str(program.json(RELEASE).get("order_path", ""))
    page = path.split("?")[0]
    line = program.line(RELEASE, '"order_path"')
    if ORDER_NUMBER not in path:
        yield Finding(RELEASE, line, "error", "order-path", f"the order centre's path must hold {ORDER_NUMBER}")
    if page not in program.pages():
        yield Finding(
            RELEASE, line, "error", "order-path", f"the order centre's page {page or '(none)'} is not in app.json"
        )


def check_secrets(program: Program, secrets: Iterable[str] = ()) -> Iterator[Finding]:
    """Nothing that only the server may know. ``secrets`` are the store's own values; a finding never repeats one."""
    known = {secret.strip().encode() for secret in secrets if len(secret.strip()) >= SHORTEST_SECRET}
    for name, content in program.files.items():
        for secret in known:
            offset = content.find(secret)
            if offset >= 0:
                yield Finding(
                    name,
                    content.count(b"\n", 0, offset) + 1,
                    "error",
                    "secrets",
                    "a secret of the store is in the program",
                )
        for shape, pattern in SECRET_SHAPES.items():
            for match in pattern.finditer(content):
                yield Finding(
                    name, content.count(b"\n", 0, match.start()) + 1, "error", "secrets", f"{shape} is in the program"
                )


PYTHON_CHECKS: list[Callable[[Program], Iterator[Finding]]] = [
    check_sizes, check_tab_bar, check_sitemap, check_privacy, check_domains, check_order_path,
]  # fmt: skip


def secrets_of(store: Any) -> list[str]:
    """Every value of the store that must not leave the server: what its encrypted columns hold."""
    from django.apps import apps
    from django_scopes import scope

    from core.secrets import EncryptedTextField

    found = []
    with scope(store=store):
        for model in apps.get_models():
            columns = [field.name for field in model._meta.get_fields() if isinstance(field, EncryptedTextField)]
            if not columns:
                continue
            if isinstance(store, model):
                rows = [store]
            elif any(field.name == "store" for field in model._meta.get_fields()):
                rows = list(model._default_manager.filter(store=store))
            else:
                continue
            found += [str(getattr(row, column)) for row in rows for column in columns]
    return [secret for secret in found if secret]


def check(folder: Path, *, secrets: Iterable[str] = (), say: node.Say = lambda _: None) -> Report:
    """Run every check over the program in a folder. Raises node.NodeMissing when those of Node cannot run."""
    program = Program(folder)
    findings = [finding for one in PYTHON_CHECKS for finding in one(program)]
    findings += check_secrets(program, secrets)
    answer = node.run("check.mjs", [folder], development=True, say=say)
    findings += [Finding(**one) for one in answer["findings"]]
    return Report(sorted(set(findings)), list(answer["skipped"]))

"""A store's mini program: the storefront, configured.

The storefront is complete and opens in WeChat's developer tools as it stands. Generating copies it and writes the files that hold
values: ``config.js``, ``app.json``, ``theme.json``, the design tokens, the tab icons, ``project.config.json`` and ``release.json``,
which tells what is to be entered on WeChat's platform. WXML and the other scripts are copied byte for byte. The values of a store go
through JSON or are checked against a pattern: a name cannot become code, an address cannot leave the folder. The same store gives the
same bytes.
"""

from __future__ import annotations

import fcntl
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from PIL import Image

from core.texts import EN, ZH
from miniapp_templates import privacy
from miniapp_templates.colours import Palette, dark_palette, light_palette, rgb

STOREFRONT = Path(__file__).resolve().parent / "storefront"
TOKENS = "styles/tokens.wxss"
RELEASE = "release.json"
ORDER_PATH = "orders/order?id=${商品订单号}"
NO_APP_ID = "touristappid"
DEFAULT_BRAND = "#256d4f"

# How the program names the store's languages.
LANGUAGES = {ZH: "zh-Hans", EN: "en"}
TAB_TEXTS = {
    "pages/home/home": {ZH: "首页", EN: "Home"},
    "pages/category/category": {ZH: "分类", EN: "Shop"},
    "pages/cart/cart": {ZH: "购物车", EN: "Cart"},
    "pages/me/me": {ZH: "我的", EN: "Me"},
}
TEXT_FILES = {".js", ".json", ".wxml", ".wxss", ".wxs"}

_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,39}")
_APP_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_BRAND = re.compile(r"#[0-9a-fA-F]{6}")
_PRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class GeneratingError(Exception):
    """The store cannot be made into a program; the message says why."""


@dataclass(frozen=True)
class Facts:
    """What a program is made of besides the storefront."""

    slug: str
    names: dict[str, str]
    languages: list[str]
    currency: str
    brand: str
    app_id: str
    api_base: str

    @property
    def default_language(self) -> str:
        return self.languages[0]

    @property
    def title(self) -> str:
        return self.names[self.default_language]


def facts_of(store: Any, api_base: str) -> Facts:
    """The facts of a ``shop.Store``, every one of them checked. Raises GeneratingError.

    ``api_base`` is the origin of the shop's server, "" where the program is served by it.
    """
    slug = check_slug(store.slug)
    known = [language for language in store.languages if language in LANGUAGES] or [store.default_language]
    languages = sorted(dict.fromkeys(known), key=lambda language: language != store.default_language)
    names = {ZH: _clean(store.name_zh or store.name_en), EN: _clean(store.name_en or store.name_zh)}
    if not names[ZH]:
        raise GeneratingError(f"Store {slug} has no name.")
    base = api_base.rstrip("/")
    if base and (urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).hostname):
        raise GeneratingError(f"Not the address of a server: {api_base!r}")
    return Facts(
        slug=slug,
        names=names,
        languages=languages,
        currency=store.currency if re.fullmatch("[A-Z]{3}", store.currency) else "CNY",
        brand=store.brand_color if _BRAND.fullmatch(store.brand_color) else DEFAULT_BRAND,
        app_id=store.wechat_app_id if _APP_ID.fullmatch(store.wechat_app_id) else NO_APP_ID,
        api_base=base,
    )


def check_slug(slug: str) -> str:
    """The slug, if it can be the name of a folder. Raises GeneratingError."""
    if not _SLUG.fullmatch(slug):
        raise GeneratingError(f"Not the address of a store: {slug!r}")
    return slug


def _clean(name: str) -> str:
    return _PRINTABLE.sub(" ", name).strip()


def palettes(tokens: str, brand: str) -> tuple[Palette, Palette]:
    """The brand's colours against the grounds that the style sheet itself names, light and dark."""
    light, _, dark = tokens.partition("prefers-color-scheme: dark")
    return light_palette(brand, _grounds(light)), dark_palette(brand, _grounds(dark))


def _grounds(css: str) -> list[str]:
    named = [re.search(rf"{name}:\s*(#[0-9a-fA-F]{{6}})\s*;", css) for name in ("--ground", "--inset", "--surface")]
    return [match.group(1) for match in named if match]


def write_tokens(tokens: str, light: Palette, dark: Palette) -> str:
    """The design tokens with the brand's colours in place of the storefront's own."""
    head, divider, tail = tokens.partition("prefers-color-scheme: dark")
    return _replace(head, light) + divider + _replace(tail, dark)


def _replace(css: str, palette: Palette) -> str:
    for name, colour in palette.tokens().items():
        css = re.sub(rf"({re.escape(name)}:\s*)#[0-9a-fA-F]{{3,8}}(\s*;)", rf"\g<1>{colour}\g<2>", css)
    return css


def tinted(icon: bytes, colour: str) -> bytes:
    """A one-colour icon in another colour: its transparency is kept."""
    alpha = Image.open(io.BytesIO(icon)).convert("RGBA").getchannel("A")
    image = Image.new("RGBA", alpha.size, (*rgb(colour), 0))
    image.putalpha(alpha)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def to_json(value: Any) -> str:
    """JSON that is also JavaScript, for people to read."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def configure(facts: Facts, storefront: Path = STOREFRONT) -> dict[str, bytes]:
    """The whole program: path to content."""
    files = {
        path.relative_to(storefront).as_posix(): path.read_bytes()
        for path in sorted(storefront.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }

    def text(name: str) -> str:
        return files[name].decode()

    light, dark = palettes(text(TOKENS), facts.brand)
    files[TOKENS] = write_tokens(text(TOKENS), light, dark).encode()
    files["config.js"] = _config_js(text("config.js"), facts).encode()
    app = json.loads(text("app.json"))
    theme = json.loads(text(app["themeLocation"]))
    _configure_app(app, theme, facts, light, dark)
    files |= _icons(app, theme, files)
    files["app.json"] = to_json(app).encode()
    files[app["themeLocation"]] = to_json(theme).encode()
    files["project.config.json"] = to_json(_project(json.loads(text("project.config.json")), facts)).encode()
    sources = {name: content.decode() for name, content in files.items() if Path(name).suffix in TEXT_FILES}
    files[RELEASE] = to_json(_release(sources, facts)).encode()
    return files


def _config_js(original: str, facts: Facts) -> str:
    """The storefront's own explanation, then the values as JSON, which needs no quoting of ours."""
    explanation = original.split("module.exports")[0]
    timeout = re.search(r"timeout:\s*(\d+)", original)
    values = {
        "apiBase": facts.api_base,
        "store": facts.slug,
        "name": {LANGUAGES[language]: name for language, name in facts.names.items()},
        "languages": [LANGUAGES[language] for language in facts.languages],
        "defaultLanguage": LANGUAGES[facts.default_language],
        "currency": facts.currency,
        "timeout": int(timeout.group(1)) if timeout else 10000,
    }
    return f"{explanation}module.exports = {to_json(values)}"


def _configure_app(app: dict[str, Any], theme: dict[str, Any], facts: Facts, light: Palette, dark: Palette) -> None:
    app["window"]["navigationBarTitleText"] = facts.title
    for tab in app["tabBar"]["list"]:
        tab["text"] = TAB_TEXTS.get(tab["pagePath"], {}).get(facts.default_language, tab["text"])
    for scheme, palette in (("light", light), ("dark", dark)):
        theme[scheme]["tabSelected"] = palette.text


def _icons(app: dict[str, Any], theme: dict[str, Any], files: dict[str, bytes]) -> dict[str, bytes]:
    """Tab icons in the theme's colours; in dark they are other files, which app.json names by theme.json's variables."""
    made = {}
    for index, tab in enumerate(app["tabBar"]["list"]):
        for key, colour in (("iconPath", "tab"), ("selectedIconPath", "tabSelected")):
            path = tab[key]
            variable = f"{colour}Icon{index}"
            name = path.removesuffix(".png")
            for scheme, target in (("light", path), ("dark", f"{name}-dark.png")):
                made[target] = tinted(files[path], theme[scheme][colour])
                theme[scheme][variable] = target
            tab[key] = f"@{variable}"
    return made


def _project(project: dict[str, Any], facts: Facts) -> dict[str, Any]:
    ignored = [one for one in project.get("packOptions", {}).get("ignore", []) if one.get("value") != RELEASE]
    return {
        **project,
        "appid": facts.app_id,
        "projectname": f"jishi-{facts.slug}",
        "description": facts.title,
        # For the merchant, not for the shopper: it is not uploaded.
        "packOptions": {**project.get("packOptions", {}), "ignore": [*ignored, {"type": "file", "value": RELEASE}]},
    }


def _release(sources: dict[str, str], facts: Facts) -> dict[str, Any]:
    """What the merchant enters on WeChat's platform before the program can go live."""
    return {
        "store": facts.slug,
        "appid": facts.app_id,
        "order_path": ORDER_PATH,
        "domains": {"request": [facts.api_base], "downloadFile": [facts.api_base]} if facts.api_base else {},
        "privacy": privacy.declaration(sources),
    }


@contextmanager
def _locked(folder: Path, slug: str) -> Iterator[None]:
    """Two who generate the same store go one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{slug}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(files: dict[str, bytes], target: Path) -> Path:
    """Put the program at ``target``: a reader sees the old one or the new one, never half of each."""
    with _locked(target.parent, target.name):
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            for name, content in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            fresh.chmod(0o755)
            if target.exists():
                old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
                target.rename(old / target.name)
                fresh.rename(target)
                shutil.rmtree(old)
            else:
                fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return target


def generate(store: Any, *, api_base: str | None = None, target: Path | None = None) -> Path:
    """Make the store's program and write it to ``JISHI_VAR/miniapps/<store>``. Raises GeneratingError."""
    facts = facts_of(store, settings.PUBLIC_BASE_URL if api_base is None else api_base)
    return write(configure(facts), target or Path(settings.MINIAPPS_DIR) / facts.slug)

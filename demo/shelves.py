"""The demo's shelves: pictures drawn, product file imported, categories put in order, home page arranged."""

import json
from pathlib import Path
from typing import Any

from shop.imaging import add_picture
from shop.models import Category, HomeSection, Picture, Product, SectionProduct, Store

FOLDER = Path(__file__).resolve().parent / "catalogue"


def arrange_categories(store: Store, pictures: Path) -> None:
    """Categories in the order of the file, each with its picture."""
    entries = json.loads((FOLDER / "categories.json").read_text(encoding="utf-8"))["categories"]
    for position, entry in enumerate(entries):
        Category.objects.filter(store=store, name_en=entry["name"]["en"]).update(
            name_zh=entry["name"]["zh"], position=position, picture=_picture(store, pictures, entry)
        )


def arrange_home(store: Store, pictures: Path) -> None:
    """The sections of the home page, where there are none."""
    if HomeSection.objects.exists():
        return
    sections = json.loads((FOLDER / "home.json").read_text(encoding="utf-8"))["sections"]
    for position, entry in enumerate(sections):
        title, subtitle, link = entry.get("title", {}), entry.get("subtitle", {}), entry.get("link", {})
        section = HomeSection.objects.create(
            store=store,
            kind=entry["kind"],
            title_zh=title.get("zh", ""),
            title_en=title.get("en", ""),
            subtitle_zh=subtitle.get("zh", ""),
            subtitle_en=subtitle.get("en", ""),
            picture=_picture(store, pictures, entry),
            product=Product.objects.filter(handle=link.get("handle", "")).first(),
            category=Category.objects.filter(name_en=link.get("name", "")).first(),
            position=position,
        )
        chosen = {product.handle: product for product in Product.objects.filter(handle__in=entry.get("products", []))}
        SectionProduct.objects.bulk_create(
            SectionProduct(store=store, section=section, product=chosen[handle], position=place)
            for place, handle in enumerate(entry.get("products", []))
            if handle in chosen
        )


def _picture(store: Store, pictures: Path, entry: dict[str, Any]) -> Picture | None:
    """The picture that an entry names, kept once however often it is asked for."""
    if "picture" not in entry:
        return None
    return add_picture(store, (pictures / entry["picture"]).read_bytes(), name=entry["picture"])

"""What is measured against: 2,000 products with 3 variants each in 20 categories, and shoppers to buy them."""

import json
from pathlib import Path
from typing import Any

from django.db import connection
from django_scopes import scope

from shop import catalogue, tokens
from shop.models import (
    Address,
    Category,
    Option,
    OptionValue,
    Product,
    Shopper,
    Stock,
    StockMovement,
    Store,
    Variant,
    VariantValue,
)

PRODUCTS, SIZES, CATEGORIES, SHOPPERS = 2000, ("50 g", "100 g", "250 g"), 20, 400
PRICE, MANY, SALE_UNITS = 1200, 1_000_000, 100
WORDS = (("龙井", "Longjing"), ("毛峰", "Maofeng"), ("铁观音", "Tieguanyin"), ("红茶", "black tea"), ("普洱", "pu-erh"))


def seed(to: Path) -> None:
    """Fill the (empty) database, and write what the measuring needs to know into the file ``to``."""
    store = Store.objects.create(slug="bench", name_en="Bench", name_zh="测速", order_limit=10_000)
    with scope(store=store):
        categories = [Category(store=store, name_en=f"Shelf {n}", name_zh=f"货架{n}") for n in range(CATEGORIES)]
        for category in Category.objects.bulk_create(categories):
            catalogue.place_category(category)
        products = _products(store, categories)
        variants = _variants(store, products)
        sale = _variants(store, _products(store, categories, 1), stock=SALE_UNITS)[0]
        catalogue.refresh(list(Product.objects.values_list("pk", flat=True)))
        facts: dict[str, Any] = {
            "products": [product.public_id for product in products],
            "variants": [variant.public_id for variant in variants],
            "sale": sale.public_id,
            "price": PRICE,
            "shoppers": _shoppers(store),
        }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    to.write_text(json.dumps(facts))


def _products(store: Store, categories: list[Category], count: int = PRODUCTS) -> list[Product]:
    start = Product.objects.count()
    return Product.objects.bulk_create(
        Product(
            store=store,
            handle=f"tea-{n}",
            status=Product.Status.ACTIVE,
            title_zh=f"{WORDS[n % len(WORDS)][0]} {n} 号",
            title_en=f"{WORDS[n % len(WORDS)][1].title()} No. {n}",
            description_en="<p>Picked in spring, dried the same day.</p>" * 3,
            description_zh="<p>春季采摘，当日制成。</p>" * 3,
            category=categories[n % len(categories)],
            tags=["spring", "loose leaf"],
        )
        for n in range(start, start + count)
    )


def _variants(store: Store, products: list[Product], stock: int = MANY) -> list[Variant]:
    options = Option.objects.bulk_create(
        Option(store=store, product=one, name_en="Weight", name_zh="净含量") for one in products
    )
    values = OptionValue.objects.bulk_create(
        OptionValue(store=store, option=option, name_en=size, name_zh=size, position=n)
        for option in options
        for n, size in enumerate(SIZES)
    )
    variants = Variant.objects.bulk_create(
        Variant(store=store, product=value.option.product, price=PRICE, spec_key=str(value.pk), position=value.position)
        for value in values
    )
    VariantValue.objects.bulk_create(
        VariantValue(store=store, variant=variant, option=value.option, value=value)
        for variant, value in zip(variants, values, strict=True)
    )
    rows = Stock.objects.bulk_create(Stock(store=store, variant=variant, on_hand=stock) for variant in variants)
    StockMovement.objects.bulk_create(
        StockMovement(store=store, stock=row, kind="received", on_hand_delta=stock, actor="system") for row in rows
    )
    return variants


def _shoppers(store: Store) -> list[dict[str, str]]:
    shoppers = Shopper.objects.bulk_create(Shopper(store=store, openid=f"bench-{n}") for n in range(SHOPPERS))
    addresses = Address.objects.bulk_create(
        Address(store=store, shopper=one, name="Lin", phone="13800000000", city="杭州", street="文三路 1")
        for one in shoppers
    )
    return [
        {"token": tokens.issue(one)[0], "address": address.public_id}
        for one, address in zip(shoppers, addresses, strict=True)
    ]

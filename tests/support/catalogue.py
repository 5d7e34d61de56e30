"""Products for tests, with variants and stock, in one call."""

from collections.abc import Mapping, Sequence
from itertools import product as combinations
from typing import Any

from django.utils.text import slugify
from django_scopes import scope

from core.ids import public_id
from shop import catalogue
from shop.models import Category, Option, OptionValue, Product, Stock, StockMovement, Store, Variant, VariantValue

Texts = str | tuple[str, str]


def make_category(store: Store, name: Texts = "Tea", parent: Category | None = None, **columns: Any) -> Category:
    """A category; ``name`` is English, or ``(Chinese, English)``."""
    zh, en = _pair(name)
    with scope(store=store):
        category = Category.objects.create(store=store, name_zh=zh, name_en=en, parent=parent, **columns)
        catalogue.place_category(category)
    return category


def make_product(
    store: Store,
    title: Texts = "Longjing",
    price: int = 1000,
    stock: int = 10,
    specs: Mapping[Any, Sequence[Texts]] | None = None,
    *,
    without: Sequence[Sequence[str]] = (),
    prices: Sequence[int] = (),
    **columns: Any,
) -> Product:
    """A product on sale.

    ``title`` is English, or ``(Chinese, English)``; so are the names and values in ``specs``, e.g.
    ``{"Size": ["50 g", "100 g"], ("颜色", "Colour"): [("红", "Red"), ("绿", "Green")]}``: one variant of each combination but those in
    ``without`` (English names), each with ``stock`` pieces, at ``price`` or, in order, at ``prices``.
    """
    zh, en = _pair(title)
    columns.setdefault("status", Product.Status.ACTIVE)
    columns.setdefault("handle", f"{slugify(en or zh, allow_unicode=True) or 'product'}-{public_id()}")
    with scope(store=store):
        made = Product.objects.create(store=store, title_zh=zh, title_en=en, **columns)
        values_of = [
            _option(made, position, name, values) for position, (name, values) in enumerate((specs or {}).items())
        ]
        left_out = {tuple(names) for names in without}
        position = 0
        for values in combinations(*values_of):
            if tuple(value.name_en for value in values) in left_out:
                continue
            amount = prices[position] if position < len(prices) else price
            make_variant(made, values, price=amount, stock=stock, position=position)
            position += 1
        catalogue.refresh([made.pk])
        made.refresh_from_db()
    return made


def make_variant(
    product: Product, values: Sequence[OptionValue] = (), *, price: int = 1000, stock: int = 10, **columns: Any
) -> Variant:
    """One more variant of the product, with these values and so many pieces. Call ``catalogue.refresh`` when done."""
    with scope(store=product.store):
        variant = Variant.objects.create(
            store=product.store,
            product=product,
            price=price,
            spec_key="-".join(str(value.pk) for value in values),
            **columns,
        )
        for value in values:
            VariantValue.objects.create(store=product.store, variant=variant, option=value.option, value=value)
        counters = Stock.objects.create(store=product.store, variant=variant, on_hand=stock)
        if stock:
            StockMovement.objects.create(
                store=product.store,
                stock=counters,
                kind=StockMovement.Kind.RECEIVED,
                on_hand_delta=stock,
                actor="system",
            )
    return variant


def variant_of(product: Product, *names: str) -> Variant:
    """The variant with exactly these values (English names); without names, the product's first."""
    with scope(store=product.store):
        for variant in product.variants.prefetch_related("values"):
            if not names or {value.name_en for value in variant.values.all()} == set(names):
                return variant
    raise LookupError(f"{product} has no variant {names}")


def counters(variant: Variant) -> tuple[int, int]:
    """``(on hand, held)`` as they are now."""
    with scope(store=variant.store):
        row = Stock.objects.get(variant=variant)
    return row.on_hand, row.held


def _option(product: Product, position: int, name: Texts, values: Sequence[Texts]) -> list[OptionValue]:
    zh, en = _pair(name)
    option = Option.objects.create(store=product.store, product=product, position=position, name_zh=zh, name_en=en)
    return [
        OptionValue.objects.create(
            store=product.store, option=option, position=index, name_zh=_pair(value)[0], name_en=_pair(value)[1]
        )
        for index, value in enumerate(values)
    ]


def _pair(texts: Texts) -> tuple[str, str]:
    return ("", texts) if isinstance(texts, str) else texts

"""The catalogue as others read it, and what it keeps ready for them: prices of products, their covers, their search terms, paths.

Whoever changes products, variants, galleries or categories calls :func:`refresh` or :func:`place_category` afterwards.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Prefetch, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from core import clock
from core.texts import pick
from shop import search
from shop.models import Category, OptionValue, Product, Variant, VariantValue

DEPTH = 3
_BATCH = 500

# The cheapest variant speaks for the product; without one that is sold there is no price. The cover is the first picture.
_SUMMARY = """
UPDATE shop_product p
SET price_min = v.price_min, price_max = v.price_max, compare_at_min = v.compare_at_min, cover_id = g.picture_id, updated_at = %s
FROM unnest(%s::bigint[]) AS wanted(id)
LEFT JOIN LATERAL (
    SELECT min(price) AS price_min, max(price) AS price_max,
           (array_agg(compare_at_price ORDER BY price, compare_at_price DESC NULLS LAST))[1] AS compare_at_min
    FROM shop_variant WHERE product_id = wanted.id AND is_active
) v ON true
LEFT JOIN LATERAL (
    SELECT picture_id FROM shop_productpicture WHERE product_id = wanted.id ORDER BY position, id LIMIT 1
) g ON true
WHERE p.id = wanted.id
"""


def sellable() -> "QuerySet[Variant]":
    """Variants that may be bought (stock aside), each with its product, cover, picture, stock and spec read along."""
    variants: QuerySet[Variant] = (
        Variant.objects.filter(is_active=True, product__status=Product.Status.ACTIVE)
        .select_related("product", "product__cover", "picture", "stock")
        .prefetch_related(spec_prefetch())
    )
    return variants


def spec_prefetch() -> "Prefetch[Any, Any, Any]":
    """What ``spec_text`` needs, for ``prefetch_related`` on variants: one query."""
    rows = VariantValue.objects.select_related("value", "option").order_by("option__position", "option_id")
    return Prefetch("spec", queryset=rows)


def spec_text(variant: Variant, language: str | None = None) -> str:
    """``"50 g / red"``: the variant's values in the order of the options, in the language; empty without options."""
    return " / ".join(pick(row.value.name_zh, row.value.name_en, language) for row in variant.spec.all())


def listed() -> "QuerySet[Product]":
    """Products that shoppers see in lists: on sale, with a price. With their covers."""
    products: QuerySet[Product] = Product.objects.filter(
        status=Product.Status.ACTIVE, price_min__isnull=False
    ).select_related("cover")
    return products


def below(category: Category) -> "QuerySet[Category]":
    """The category and those below it."""
    branch: QuerySet[Category] = Category.objects.filter(path__startswith=category.path)
    return branch


def refresh(product_pks: Iterable[int]) -> None:
    """Bring prices, cover and search terms of these products up to date, in a fixed number of statements for each 500."""
    pks = sorted(set(product_pks))
    for start in range(0, len(pks), _BATCH):
        batch = pks[start : start + _BATCH]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_SUMMARY, [clock.now(), batch])
            _refresh_search(batch)


def refresh_category(category: Category) -> None:
    """Bring the search terms of the category's products up to date, since they are found by its name."""
    refresh(Product.objects.filter(category=category).values_list("pk", flat=True))


def _refresh_search(pks: list[int]) -> None:
    products = list(Product.objects.filter(pk__in=pks).select_related("category").order_by("pk"))
    extra: dict[int, list[str]] = {pk: [] for pk in pks}
    for pk, sku in (
        Variant.objects.filter(product__in=pks, is_active=True).exclude(sku="").values_list("product_id", "sku")
    ):
        extra[pk].append(sku)
    names = OptionValue.objects.filter(option__product__in=pks).values_list("option__product_id", "name_zh", "name_en")
    for pk, zh, en in names:
        extra[pk] += [zh, en]
    changed = []
    for product in products:
        text = search.text_of([*_names(product), *extra[product.pk]])
        if text != product.search_text:
            product.search_text, product.search_terms = text, search.terms_of(text)
            changed.append(product)
    Product.objects.bulk_update(changed, ["search_text", "search_terms"])


def _names(product: Product) -> list[str]:
    category = product.category
    return [
        product.title_zh, product.title_en, product.subtitle_zh, product.subtitle_en, product.vendor, *product.tags,
        *([category.name_zh, category.name_en] if category else []),
    ]  # fmt: skip


def place_category(category: Category) -> None:
    """Give a saved category its path, and move what is below along with it.

    Raises ValidationError when it would come below itself, or deeper than three levels.
    """
    old = category.path
    parent = category.parent
    new = f"{parent.path if parent else '/'}{category.pk}/"
    if new == old:
        return
    check_parent(category, parent)
    category.path = new
    with transaction.atomic():
        Category.objects.filter(pk=category.pk).update(path=new)
        if old:
            Category.objects.filter(path__startswith=old).exclude(pk=category.pk).update(
                path=Concat(Value(new), Substr(F("path"), len(old) + 1))
            )


def check_parent(category: Category, parent: Category | None) -> None:
    """Raise ValidationError (by field) unless ``category`` may stand below ``parent``."""
    if parent is None:
        return
    if category.pk and f"/{category.pk}/" in parent.path:
        raise ValidationError({"parent": _("A category cannot stand below itself.")})
    below_it = 0
    if category.path:
        paths = Category.objects.filter(path__startswith=category.path).values_list("path", flat=True)
        below_it = max((path.count("/") - category.path.count("/") for path in paths), default=0)
    # A path of n levels has n + 1 slashes.
    if parent.path.count("/") + below_it > DEPTH:
        raise ValidationError({"parent": _("Categories go three levels deep at most.")})

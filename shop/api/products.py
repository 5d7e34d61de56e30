"""Products, categories and the home page: public, and read in a few queries however many there are."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import JSONObject
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.pagination import CursorPages
from shop import catalogue, search
from shop.api.base import PublicStoreAPIView
from shop.api.schema import problems
from shop.api.serializers import (
    CardsShape,
    CategoriesShape,
    HomeShape,
    PageQuery,
    ProductQuery,
    ProductShape,
    StoreShape,
    category_document,
    category_tree,
    product_card,
    product_document,
    section_document,
    store_document,
)
from shop.models import (
    Category,
    HomeSection,
    OptionValue,
    Product,
    ProductPicture,
    SectionProduct,
    Stock,
    Variant,
    VariantValue,
)

SORTS = {
    "newest": ("-id",),
    "price": ("price_min", "id"),
    "-price": ("-price_min", "-id"),
    "popular": ("-sold", "-id"),
}
MOST_IN_A_SECTION = 20
# Columns that no list shows: texts of some kilobytes each.
HEAVY = ("description_zh", "description_en", "search_text", "search_terms")
GOODS = (HomeSection.Kind.RAIL, HomeSection.Kind.GRID)


def with_availability(products: "QuerySet[Product]") -> "QuerySet[Product]":
    """The products with ``is_available``: whether some variant can be bought now."""
    in_stock = Stock.objects.filter(variant__product=OuterRef("pk"), variant__is_active=True, on_hand__gt=F("held"))
    return products.annotate(is_available=Exists(in_stock))


def cards() -> "QuerySet[Product]":
    """Products that can be listed, with everything that ``product_card`` shows: one query."""
    return with_availability(catalogue.listed()).defer(*HEAVY)


class StoreView(PublicStoreAPIView):
    @extend_schema(operation_id="store", tags=["store"], responses={200: StoreShape, **problems(404)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The store: name, brand, languages, currency, freight."""
        return Response(store_document(self.store))


class CategoriesView(PublicStoreAPIView):
    @extend_schema(operation_id="categories", tags=["catalogue"], responses={200: CategoriesShape, **problems(404)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The tree of categories."""
        categories = Category.objects.filter(is_visible=True).select_related("picture")
        return Response({"results": category_tree(list(categories))})


class ProductsView(PublicStoreAPIView):
    @extend_schema(
        operation_id="products",
        tags=["catalogue"],
        parameters=[ProductQuery, PageQuery],
        responses={200: CardsShape, **problems(400, 404)},
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Products on sale, page by page. An unknown category has none."""
        asked = ProductQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        query = asked.validated_data
        products = cards()
        if query.get("category"):
            category = Category.objects.filter(public_id=query["category"], is_visible=True).first()
            products = products.filter(category__path__startswith=category.path) if category else products.none()
        if query.get("q"):
            products = search.matching(products, query["q"])
        if "min_price" in query:
            products = products.filter(price_min__gte=query["min_price"])
        if "max_price" in query:
            products = products.filter(price_min__lte=query["max_price"])
        pages = CursorPages()
        pages.ordering = SORTS[query["sort"]]
        page = pages.paginate_queryset(products, request)
        return Response(pages.page([product_card(product, self.store.currency) for product in page]))


class ProductView(PublicStoreAPIView):
    @extend_schema(operation_id="product", tags=["catalogue"], responses={200: ProductShape, **problems(404)})
    def get(self, request: Request, product: str, **kwargs: Any) -> Response:
        """One product with its pictures, options and variants. 404 when it is not on sale."""
        values = (
            OptionValue.objects.filter(option__product=OuterRef("pk"))
            .order_by("option__position", "option_id", "position", "pk")
            .values(
                row=JSONObject(
                    id="pk", zh="name_zh", en="name_en",
                    option="option_id", option_zh="option__name_zh", option_en="option__name_en",
                )
            )
        )  # fmt: skip
        found = (
            with_availability(catalogue.listed())
            .select_related("category")
            .annotate(value_rows=ArraySubquery(values))
            .filter(public_id=product)
            .first()
        )
        if found is None:
            raise Http404
        variants = list(
            Variant.objects.filter(product=found, is_active=True)
            .select_related("stock", "picture")
            .annotate(value_pks=ArraySubquery(VariantValue.objects.filter(variant=OuterRef("pk")).values("value_id")))
        )
        gallery = ProductPicture.objects.filter(product=found).select_related("picture")
        pictures = [row.picture for row in gallery] + [variant.picture for variant in variants if variant.picture]
        return Response(product_document(found, self.store.currency, found.value_rows, variants, pictures))


class HomeView(PublicStoreAPIView):
    @extend_schema(operation_id="home", tags=["store"], responses={200: HomeShape, **problems(404)})
    def get(self, request: Request, **kwargs: Any) -> Response:
        """The home page as the merchant arranged it."""
        sections = list(HomeSection.objects.filter(is_visible=True).select_related("picture", "product", "category"))
        chosen = _chosen(sections)
        by_pk = {
            product.pk: product for product in cards().filter(pk__in={pk for pks in chosen.values() for pk in pks})
        }
        shelves: list[Any] = []
        if any(section.kind == HomeSection.Kind.CATEGORIES for section in sections):
            roots = Category.objects.filter(is_visible=True, parent=None).select_related("picture")
            shelves = [category_document(category) for category in roots]
        documents = []
        for section in sections:
            items = [product_card(by_pk[pk], self.store.currency) for pk in chosen.get(section.pk, ()) if pk in by_pk]
            if section.kind == HomeSection.Kind.CATEGORIES:
                items = shelves
            documents.append(section_document(section, items))
        return Response({"sections": documents})


def _chosen(sections: list[HomeSection]) -> dict[int, list[int]]:
    """Primary keys of the products of each section: those that were chosen, else the newest of its category, else the newest."""
    goods = {section.pk: section for section in sections if section.kind in GOODS}
    chosen: dict[int, list[int]] = {}
    for section_pk, product_pk in SectionProduct.objects.filter(section__in=goods).values_list(
        "section_id", "product_id"
    ):
        chosen.setdefault(section_pk, []).append(product_pk)
    others = [section for pk, section in goods.items() if pk not in chosen]
    newest = [_newest(section).annotate(of=Value(section.pk)).values_list("of", "pk") for section in others]
    if newest:
        # One statement for all of them.
        rows = newest[0].union(*newest[1:], all=True) if len(newest) > 1 else newest[0]
        for section_pk, product_pk in rows:
            chosen.setdefault(section_pk, []).append(product_pk)
        for section in others:
            chosen.get(section.pk, []).sort(reverse=True)
    return chosen


def _newest(section: HomeSection) -> "QuerySet[Any]":
    products: QuerySet[Any] = Product.objects.filter(status=Product.Status.ACTIVE, price_min__isnull=False)
    if section.category is not None:
        products = products.filter(category__path__startswith=section.category.path)
    return products.order_by("-pk")[:MOST_IN_A_SECTION]

"""What the shop's part of the API says (the ``...Shape`` classes, for the documentation, beside the functions that build the
documents by hand, for speed) and what it takes (the others)."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api import StrictBooleanField, StrictCharField
from core.money import LIMIT
from core.texts import pick, text
from shop.models import Address, Category, HomeSection, Picture, Product, Shopper, Store, Variant

MOST_SHOWN = 99
Document = dict[str, Any]


def opaque(kind: str, pk: int) -> str:
    """A name for a row that has no public id: always the same, and telling nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{kind}:{pk}".encode(), hashlib.sha256).hexdigest()[:12]


# -- Pictures


class PictureSizeShape(serializers.Serializer[Any]):
    width = serializers.IntegerField()
    webp = serializers.CharField()
    jpeg = serializers.CharField()


class PictureShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    tint = serializers.CharField(help_text="Mean colour, `#rrggbb`, to show while loading.")
    sizes = PictureSizeShape(many=True, help_text="Narrow to wide; never wider than the original.")


def picture_document(picture: Picture | None) -> Document | None:
    """The picture, or None where there is none, or none that can be shown (yet)."""
    if picture is None or picture.state != Picture.State.READY:
        return None
    return {
        "id": picture.public_id,
        "alt": text(picture, "alt"),
        "width": picture.width,
        "height": picture.height,
        "tint": picture.tint,
        "sizes": [
            {
                "width": rendition["width"],
                "webp": default_storage.url(rendition["webp"]),
                "jpeg": default_storage.url(rendition["jpeg"]),
            }
            for rendition in picture.renditions
        ],
    }


# -- Store


class BrandShape(serializers.Serializer[Any]):
    color = serializers.CharField()
    logo = PictureShape(allow_null=True)
    slogan = serializers.CharField(allow_blank=True)


class FreightShape(serializers.Serializer[Any]):
    amount = serializers.IntegerField()
    free_from = serializers.IntegerField(allow_null=True)


class StoreShape(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField(), help_text="`zh-hans`, `en`.")
    default_language = serializers.CharField()
    brand = BrandShape()
    freight = FreightShape()


def store_document(store: Store) -> Document:
    """The store as shoppers see it."""
    return {
        "slug": store.slug,
        "name": text(store, "name"),
        "currency": store.currency,
        "languages": store.languages,
        "default_language": store.default_language,
        "brand": {"color": store.brand_color, "logo": picture_document(store.logo), "slogan": text(store, "slogan")},
        "freight": {"amount": store.freight, "free_from": store.free_freight_from},
    }


# -- Categories


class CategoryShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    picture = PictureShape(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "children": CategoryShape(many=True)}


class CategoriesShape(serializers.Serializer[Any]):
    results = CategoryShape(many=True)


def category_tree(categories: list[Category]) -> list[Document]:
    """The categories as a tree; what stands below one that is not among them is left out."""
    documents = {category.pk: category_document(category) for category in categories}
    roots = []
    for category in categories:
        if category.parent_id is None:
            roots.append(documents[category.pk])
        elif category.parent_id in documents:
            documents[category.parent_id]["children"].append(documents[category.pk])
    return roots


def category_document(category: Category) -> Document:
    """The category without what is below it."""
    return {
        "id": category.public_id,
        "name": text(category, "name"),
        "picture": picture_document(category.picture),
        "children": [],
    }


# -- Products


class CardShape(serializers.Serializer[Any]):
    """A product in a list."""

    id = serializers.CharField()
    title = serializers.CharField()
    subtitle = serializers.CharField(allow_blank=True)
    price = serializers.IntegerField(help_text="Of the cheapest variant, in minor units.")
    price_max = serializers.IntegerField()
    compare_at_price = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    available = serializers.BooleanField(help_text="Whether any variant can be bought now.")
    picture = PictureShape(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())


class CardsShape(serializers.Serializer[Any]):
    results = CardShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Goes back as `?cursor=`; null on the last page.")


class CategoryNameShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class OptionValueShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()


class OptionShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    values = OptionValueShape(many=True)


class VariantShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    sku = serializers.CharField(allow_blank=True)
    price = serializers.IntegerField()
    compare_at_price = serializers.IntegerField(allow_null=True)
    value_ids = serializers.ListField(child=serializers.CharField())
    available = serializers.IntegerField(help_text=f"{MOST_SHOWN} stands for {MOST_SHOWN} or more.")
    picture_id = serializers.CharField(allow_null=True)
    spec = serializers.CharField(allow_blank=True, help_text="The values as one text.")


class ProductShape(CardShape):
    """A product with everything that its page shows."""

    description_html = serializers.CharField(
        allow_blank=True, help_text="Sanitised: text, lists, tables, own pictures."
    )
    vendor = serializers.CharField(allow_blank=True)
    category = CategoryNameShape(allow_null=True)
    pictures = PictureShape(many=True)
    options = OptionShape(many=True)
    variants = VariantShape(many=True)


def product_card(product: Product, currency: str) -> Document:
    """The product as a list shows it. Needs ``is_available`` (see ``shop.api.products.cards``) and its cover."""
    return {
        "id": product.public_id,
        "title": text(product, "title"),
        "subtitle": text(product, "subtitle"),
        "price": product.price_min,
        "price_max": product.price_max,
        "compare_at_price": product.compare_at_min,
        "currency": currency,
        "available": product.is_available,  # type: ignore[attr-defined]  # an annotation
        "picture": picture_document(product.cover),
        "tags": product.tags,
    }


def product_document(
    product: Product, currency: str, values: list[Document], variants: Sequence[Variant], pictures: list[Picture]
) -> Document:
    """The product's page. ``values`` are rows of options and their values in order, ``variants`` those that are sold."""
    used = {pk for variant in variants for pk in variant.value_pks}  # type: ignore[attr-defined]  # an annotation
    names: dict[int, str] = {}
    options: dict[int, Document] = {}
    for row in values:
        if row["id"] not in used:
            continue
        names[row["id"]] = pick(row["zh"], row["en"])
        option = options.setdefault(
            row["option"],
            {"id": opaque("option", row["option"]), "name": pick(row["option_zh"], row["option_en"]), "values": []},
        )
        option["values"].append({"id": opaque("value", row["id"]), "name": names[row["id"]]})
    shown = {picture.pk: document for picture in pictures if (document := picture_document(picture)) is not None}
    return {
        **product_card(product, currency),
        "description_html": text(product, "description"),
        "vendor": product.vendor,
        "category": product.category and {"id": product.category.public_id, "name": text(product.category, "name")},
        "pictures": list(shown.values()),
        "options": list(options.values()),
        "variants": [_variant_document(variant, names, shown) for variant in variants],
    }


def _variant_document(variant: Variant, names: dict[int, str], shown: dict[int, Document]) -> Document:
    # In the order of the options, which is that of `names`.
    pks = [pk for pk in names if pk in variant.value_pks]  # type: ignore[attr-defined]
    return {
        "id": variant.public_id,
        "sku": variant.sku,
        "price": variant.price,
        "compare_at_price": variant.compare_at_price,
        "value_ids": [opaque("value", pk) for pk in pks],
        "available": min(variant.stock.available, MOST_SHOWN),
        "picture_id": shown[variant.picture_id]["id"] if variant.picture_id in shown else None,
        "spec": " / ".join(names[pk] for pk in pks),
    }


class ProductQuery(serializers.Serializer[Any]):
    """What may be asked of the list of products."""

    category = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="Id of a category; with those below it."
    )
    q = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="Words, or parts of words, all of which must occur."
    )
    sort = serializers.ChoiceField(["newest", "price", "-price", "popular"], default="newest")
    min_price = serializers.IntegerField(min_value=0, max_value=LIMIT, required=False, help_text="In minor units.")
    max_price = serializers.IntegerField(min_value=0, max_value=LIMIT, required=False, help_text="In minor units.")

    def validate(self, attrs: Document) -> Document:
        if attrs.get("min_price", 0) > attrs.get("max_price", LIMIT):
            raise serializers.ValidationError({"max_price": [_("This is less than the lowest price asked for.")]})
        return attrs


class PageQuery(serializers.Serializer[Any]):
    """Which page; read by ``core.pagination``."""

    cursor = serializers.CharField(
        required=False, allow_blank=True, help_text="`next` of the page before; empty for the first."
    )
    page_size = serializers.IntegerField(min_value=1, max_value=50, default=20)


# -- Home


class LinkShape(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["product", "category", "none"])
    id = serializers.CharField(allow_null=True)


class SectionShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.ChoiceField(HomeSection.Kind.values)
    title = serializers.CharField(allow_blank=True)
    subtitle = serializers.CharField(allow_blank=True)
    picture = PictureShape(allow_null=True)
    link = LinkShape()
    items = serializers.ListField(child=serializers.JSONField(), help_text="Product cards, or categories.")


class HomeShape(serializers.Serializer[Any]):
    sections = SectionShape(many=True)


def section_document(section: HomeSection, items: list[Document]) -> Document:
    """A section of the home page with its items."""
    link = {"kind": "none", "id": None}
    if section.product is not None and section.product.status == Product.Status.ACTIVE:
        link = {"kind": "product", "id": section.product.public_id}
    elif section.category is not None and section.category.is_visible:
        link = {"kind": "category", "id": section.category.public_id}
    return {
        "id": section.public_id,
        "kind": section.kind,
        "title": text(section, "title"),
        "subtitle": text(section, "subtitle"),
        "picture": picture_document(section.picture),
        "link": link,
        "items": items,
    }


# -- Login


class LoginBody(serializers.Serializer[Any]):
    code = StrictCharField(max_length=256, help_text="What `wx.login` gave.")


class ShopperShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    nickname = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)


class SessionShape(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    shopper = ShopperShape()


def shopper_document(shopper: Shopper) -> Document:
    return {"id": shopper.public_id, "nickname": shopper.nickname, "language": shopper.language}


# -- Addresses


def no_control_characters(value: str) -> None:
    """A validator: one line of text."""
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise serializers.ValidationError(_("Write it in one line, without control characters."))


def _line(longest: int, **more: Any) -> StrictCharField:
    return StrictCharField(max_length=longest, validators=[no_control_characters], **more)


class AddressBody(serializers.Serializer[Any]):
    """An address as a shopper writes it."""

    name = _line(60)
    phone = StrictCharField(
        max_length=20,
        validators=[
            RegexValidator(r"^\+?[0-9][0-9 \-]{4,18}\Z", _("Digits, spaces and hyphens, at least five of them."))
        ],
    )
    country = StrictCharField(
        max_length=2, default="CN", validators=[RegexValidator(r"^[A-Z]{2}\Z", _("Two capital letters (ISO 3166)."))]
    )
    province = _line(60, allow_blank=True, default="")
    city = _line(60)
    district = _line(60, allow_blank=True, default="")
    street = _line(200)
    postal_code = _line(12, allow_blank=True, default="")
    label = _line(20, allow_blank=True, default="", help_text="Home, office.")  # type: ignore[assignment]  # of that name
    is_default = StrictBooleanField(default=False)


class AddressShape(AddressBody):
    id = serializers.CharField()


class AddressesShape(serializers.Serializer[Any]):
    results = AddressShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: a shopper has few.")


ADDRESS_COLUMNS = (
    "name",
    "phone",
    "country",
    "province",
    "city",
    "district",
    "street",
    "postal_code",
    "label",
    "is_default",
)


def address_document(address: Address) -> Document:
    return {"id": address.public_id, **{name: getattr(address, name) for name in ADDRESS_COLUMNS}}

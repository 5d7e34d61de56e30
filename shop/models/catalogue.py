"""Categories, products, options, variants."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import TenantModel
from core.money import LIMIT
from core.texts import text


class Category(TenantModel):
    """A shelf of the shop. ``path`` lists the ids from the root to here (``/3/17/``), so that a branch is one prefix."""

    public_id = PublicIdField()
    parent = models.ForeignKey(
        "self", verbose_name=_("parent"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, editable=False, db_index=True, default="")
    name_zh = models.CharField(_("name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    picture = models.ForeignKey(
        "shop.Picture", verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_visible = models.BooleanField(_("visible"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name_zh="", name_en=""), name="category_has_a_name")]

    def __str__(self) -> str:
        return text(self, "name")


class Product(TenantModel):
    """What is sold; its variants carry the prices. what is not editable is kept by ``shop.catalogue``."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("on sale")
        ARCHIVED = "archived", _("withdrawn")

    public_id = PublicIdField()
    handle = models.SlugField(
        _("handle"), max_length=255, allow_unicode=True, help_text=_("Names the product in files.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, db_index=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=200, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    subtitle_zh = models.CharField(_("subtitle (Chinese)"), max_length=200, blank=True)
    subtitle_en = models.CharField(_("subtitle (English)"), max_length=200, blank=True)
    description_zh = models.TextField(_("description (Chinese)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    vendor = models.CharField(_("vendor"), max_length=120, blank=True)
    tags = ArrayField(models.CharField(max_length=60), verbose_name=_("tags"), default=list, blank=True)
    cover = models.ForeignKey(
        "shop.Picture", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    price_min = models.PositiveBigIntegerField(null=True, editable=False)
    price_max = models.PositiveBigIntegerField(null=True, editable=False)
    compare_at_min = models.PositiveBigIntegerField(null=True, editable=False)
    sold = models.PositiveIntegerField(_("sold"), default=0, editable=False)
    search_text = models.TextField(default="", editable=False)
    search_terms = ArrayField(models.TextField(), default=list, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-id"]
        indexes = [
            GinIndex(fields=["search_terms"], name="product_search"),
            models.Index(fields=["store", "status", "category", "-id"], name="product_shelf"),
            models.Index(fields=["store", "status", "price_min", "id"], name="product_price"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["store", "handle"], name="product_handle_once"),
            models.CheckConstraint(condition=~Q(title_zh="", title_en=""), name="product_has_a_title"),
        ]

    def __str__(self) -> str:
        return text(self, "title")


class ProductPicture(TenantModel):
    """A picture in a product's gallery."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="gallery")
    picture = models.ForeignKey("shop.Picture", verbose_name=_("picture"), on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.picture)


class Option(TenantModel):
    """What a shopper chooses about a product: size, colour."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return text(self, "name")


class OptionValue(TenantModel):
    """One of the choices of an option: 50 g, red."""

    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="values")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return text(self, "name")


class Variant(TenantModel):
    """What is actually bought: a product with one value of each option (an SKU). Prices in minor units of the store's currency."""

    public_id = PublicIdField()
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    barcode = models.CharField(_("barcode"), max_length=60, blank=True)
    price = models.PositiveBigIntegerField(_("price"), validators=[MaxValueValidator(LIMIT)])
    compare_at_price = models.PositiveBigIntegerField(
        _("compare-at price"), null=True, blank=True, validators=[MaxValueValidator(LIMIT)]
    )
    grams = models.PositiveIntegerField(_("weight in grams"), default=0)
    picture = models.ForeignKey(
        "shop.Picture", verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    values = models.ManyToManyField(OptionValue, through="shop.VariantValue", related_name="variants")
    # ids of the values in the order of the options ("12-15"): a combination exists once
    spec_key = models.CharField(max_length=100, editable=False, default="")
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("for sale"), default=True)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "spec_key"], name="variant_spec_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["store", "sku"], condition=~Q(sku=""), name="sku_once"),
            models.CheckConstraint(
                condition=Q(compare_at_price__isnull=True) | Q(compare_at_price__gte=F("price")),
                name="compare_at_not_below_price",
            ),
        ]

    def __str__(self) -> str:
        return self.sku or self.public_id


class VariantValue(TenantModel):
    """Which value of an option a variant has."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="spec")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="+")
    value = models.ForeignKey(OptionValue, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["option__position", "id"]
        constraints = [models.UniqueConstraint(fields=["variant", "option"], name="variant_one_value_an_option")]

    def __str__(self) -> str:
        return str(self.value)

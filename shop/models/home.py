"""What the home page shows, arranged by the merchant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.models import TenantModel


class HomeSection(TenantModel):
    """One section of the home page."""

    class Kind(models.TextChoices):
        HERO = "hero", _("large picture")
        CATEGORIES = "categories", _("categories")
        RAIL = "rail", _("products in a row")
        GRID = "grid", _("products in a grid")
        NOTICE = "notice", _("notice")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title_zh = models.CharField(_("title (Chinese)"), max_length=80, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=80, blank=True)
    subtitle_zh = models.CharField(_("subtitle (Chinese)"), max_length=160, blank=True)
    subtitle_en = models.CharField(_("subtitle (English)"), max_length=160, blank=True)
    picture = models.ForeignKey(
        "shop.Picture", verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    product = models.ForeignKey(
        "shop.Product",
        verbose_name=_("leads to the product"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    category = models.ForeignKey(
        "shop.Category",
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Where it leads; and of products, which are shown when none are chosen."),
    )
    products = models.ManyToManyField(
        "shop.Product",
        verbose_name=_("chosen products"),
        blank=True,
        related_name="+",
        help_text=_("Instead of a category."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_visible = models.BooleanField(_("visible"), default=True)

    class Meta:
        verbose_name = _("home section")
        verbose_name_plural = _("home page")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        from core.texts import text

        return text(self, "title") or self.get_kind_display()


class SectionProduct(TenantModel):
    """A product chosen for a section, in its place."""

    section = models.ForeignKey(HomeSection, on_delete=models.CASCADE, related_name="chosen")
    product = models.ForeignKey("shop.Product", verbose_name=_("product"), on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("chosen product")
        verbose_name_plural = _("chosen products")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["section", "product"], name="section_product_once")]

    def __str__(self) -> str:
        return str(self.product)

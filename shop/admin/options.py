"""The page on which a product's options are edited and its missing variants made."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import format_minor, parse_major
from shop import variants
from shop.models import Product, Variant
from shop.variants import MOST_OPTIONS, OptionDraft, ValueDraft

_NEW_VALUES = 3
_MOST_VALUES = 60


class OptionsPage:
    """Mixed into the product's admin."""

    admin_site: Any
    opts: Any

    def options_page(self, request: HttpRequest, product: Product) -> HttpResponse:
        """Show the options; on POST save them and, when asked, make the missing variants."""
        if not self.has_change_permission(request, product):  # type: ignore[attr-defined]
            raise PermissionDenied
        drafts, problem = _stored(product), ""
        if request.method == "POST":
            try:
                if "generate" in request.POST:
                    self._generate(request, product)
                else:
                    drafts = _sent(request)
                    variants.save_options(product, drafts)
                    messages.success(request, _("The options are saved."))
            except ValidationError as error:
                problem = " ".join(error.messages)
            else:
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Options and variants"),
            "subtitle": str(product),
            "opts": self.opts,
            "product": product,
            "original": product,
            "options": _rows(drafts, variants.in_use(product)),
            "missing": [" / ".join(str(value) for value in row) for row in variants.missing(product)],
            "made": Variant.objects.filter(product=product).count(),
            "price": _usual_price(product),
            "currency": product.store.currency,
            "problem": problem,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/shop/product/options.html", context)

    def _generate(self, request: HttpRequest, product: Product) -> None:
        try:
            price = parse_major(request.POST.get("price", ""), product.store.currency)
        except ValueError:
            raise ValidationError(_("Write a price such as 128.50.")) from None
        text = request.POST.get("quantity", "0").strip() or "0"
        if not text.isascii() or not text.isdigit() or int(text[:9]) > 1_000_000:
            raise ValidationError(_("Write how many there are, 0 or more."))
        count = variants.generate(product, price=price, quantity=int(text), actor=f"staff:{request.user.pk}")
        text = ngettext("%(count)s variant was made.", "%(count)s variants were made.", count)
        messages.success(request, text % {"count": count})


def _stored(product: Product) -> list[OptionDraft]:
    return [
        OptionDraft(
            option.name_zh,
            option.name_en,
            option.pk,
            values=[ValueDraft(value.name_zh, value.name_en, value.pk) for value in option.values.all()],
        )
        for option in product.options.prefetch_related("values")
    ]


def _sent(request: HttpRequest) -> list[OptionDraft]:
    """The options as they were sent: rows without any text are no rows."""
    drafts = []
    for index in range(MOST_OPTIONS):
        values = []
        for number in range(_MOST_VALUES):
            zh, en, pk, drop = _row(request, f"o{index}-v{number}")
            if zh or en or pk:
                values.append(ValueDraft(zh[:100], en[:100], pk, drop or not (zh or en)))
        zh, en, pk, drop = _row(request, f"o{index}")
        if zh or en or pk:
            drafts.append(OptionDraft(zh[:60], en[:60], pk, drop, values))
    return drafts


def _row(request: HttpRequest, prefix: str) -> tuple[str, str, int | None, bool]:
    sent = request.POST.get(f"{prefix}-pk", "")
    texts = [request.POST.get(f"{prefix}-{name}", "").replace("\x00", "").strip() for name in ("zh", "en")]
    pk = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None
    return texts[0], texts[1], pk, f"{prefix}-drop" in request.POST


def _rows(drafts: list[OptionDraft], used: set[int]) -> list[dict[str, Any]]:
    """The options with room for more of them, as the template shows them."""
    rows = []
    for index, draft in enumerate([*drafts, *[OptionDraft()] * max(MOST_OPTIONS - len(drafts), 0)][:MOST_OPTIONS]):
        values = [*draft.values, *[ValueDraft() for _number in range(_NEW_VALUES)]][:_MOST_VALUES]
        rows.append(
            {
                "prefix": f"o{index}",
                "number": index + 1,
                "draft": draft,
                "values": [
                    {"prefix": f"o{index}-v{number}", "draft": value, "used": value.pk in used}
                    for number, value in enumerate(values)
                ],
            }
        )
    return rows


def _usual_price(product: Product) -> str:
    variant = Variant.objects.filter(product=product).order_by("position", "id").first()
    text = format_minor(variant.price, product.store.currency) if variant else ""
    return "".join(character for character in text if character.isdigit() or character == ".")

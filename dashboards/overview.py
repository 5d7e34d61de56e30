"""The first screen of the admin: what needs me now, in numbers that are links, and what came in lately."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import Alert
from core.money import format_minor
from dashboards import parked, queues
from orders.models import Order
from payments.models import Difference, Refund
from shop.models import Picture, Product, Stock

DAYS = 14
LOW_STOCK = 5


@dataclass(frozen=True)
class Number:
    """One count and where it leads; ``alarming`` when it is better if it were none."""

    label: Promise
    count: int
    link: str
    alarming: bool = False


@dataclass(frozen=True)
class Takings:
    """What was paid in one currency: today, and day by day with the height of each bar in per cent."""

    today: str
    total: str
    days: list[tuple[Any, str, int]]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's hook for the admin's index: adds ``work``, ``catalogue`` and ``takings``."""
    waiting = queues.counts()
    queue = {key: reverse("dashboards:queue", args=[key]) for key in waiting}
    work = [Number(queues.QUEUES[key].label, waiting[key], queue[key], key == "problems") for key in waiting]
    alerts = Alert.objects.filter(resolved_at__isnull=True).count()
    work.append(Number(_("Open alerts"), alerts, f"{reverse('admin:core_alert_changelist')}?state=open", True))
    work.append(Number(_("Parked work"), parked.count(request), reverse("dashboards:parked"), True))
    waits = Refund.objects.filter(state=Refund.State.REQUESTED).count()
    work.append(Number(_("Refunds to agree to"), waits, f"{reverse('dashboards:refunds')}?show=waiting", True))
    failed = queues.failed_refunds().count()
    work.append(Number(_("Refunds that went wrong"), failed, f"{reverse('dashboards:refunds')}?show=failed", True))
    differences = Difference.objects.filter(state=Difference.State.OPEN).count()
    work.append(Number(_("Differences with statements"), differences, reverse("dashboards:differences"), True))
    return context | {"work": work, "catalogue": _catalogue(), "takings": _takings()}


def _catalogue() -> list[Number]:
    products = Product.objects.aggregate(
        on_sale=Count("pk", filter=Q(status=Product.Status.ACTIVE)),
        drafts=Count("pk", filter=Q(status=Product.Status.DRAFT)),
        bare=Count("pk", filter=Q(status=Product.Status.ACTIVE, cover__isnull=True)),
    )
    stocks = Stock.objects.filter(variant__is_active=True, variant__product__status=Product.Status.ACTIVE).aggregate(
        out=Count("pk", filter=Q(on_hand__lte=F("held"))),
        low=Count("pk", filter=Q(on_hand__gt=F("held"), on_hand__lte=F("held") + LOW_STOCK)),
    )
    product_list, stock_list = reverse("admin:shop_product_changelist"), reverse("admin:shop_stock_changelist")
    pictures = Picture.objects.filter(state=Picture.State.FAILED).count()
    return [
        Number(_("Products on sale"), products["on_sale"], f"{product_list}?status__exact=active"),
        Number(_("Drafts"), products["drafts"], f"{product_list}?status__exact=draft"),
        Number(_("On sale without a picture"), products["bare"], product_list, True),
        Number(_("Variants sold out"), stocks["out"], stock_list, True),
        Number(_("Variants running low"), stocks["low"], stock_list),
        Number(
            _("Pictures that failed"), pictures, f"{reverse('admin:shop_picture_changelist')}?state__exact=failed", True
        ),
    ]


def _takings() -> list[Takings]:
    """Paid orders of the last two weeks by currency, cancelled ones left out; days in the site's time zone, the quiet ones too."""
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    rows = (
        Order.objects.filter(paid_at__date__gte=first)
        .exclude(state=Order.State.CANCELLED)
        .annotate(day=TruncDate("paid_at"))
        .values("currency", "day")
        .annotate(total=Sum("total"))
        .order_by("currency", "day")
    )
    by_currency: dict[str, dict[Any, int]] = {}
    for row in rows:
        by_currency.setdefault(row["currency"], {})[row["day"]] = row["total"]
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [
        Takings(
            today=format_minor(totals.get(today, 0), currency),
            total=format_minor(sum(totals.values()), currency),
            days=[
                (day, format_minor(totals.get(day, 0), currency), 100 * totals.get(day, 0) // max(totals.values()))
                for day in days
            ],
        )
        for currency, totals in by_currency.items()
    ]

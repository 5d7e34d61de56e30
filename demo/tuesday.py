"""Orders as a shop has them on an ordinary Tuesday: placed, paid at the sandbox, packed, shipped, some of them arrived.

Each order goes the way of a real one, through the same functions and the sandbox; afterwards the times are spread over the last days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from core import clock, duework
from core.models import JournalEntry
from demo.store import tell
from orders import packing, receiving, shipping
from orders.goods import goods
from orders.models import Duty, Order, Parcel, TrackingEvent
from orders.placing import place
from orders.quoting import Wanted, quote
from payments.models import Payment
from payments.opening import open_payment
from shop.models import Address, Product, Shopper, Store


@dataclass(frozen=True)
class Purchase:
    """One order: who, what (handle and quantity), how far it got, how many hours ago."""

    who: str
    goods: Sequence[tuple[str, int]]
    until: str
    hours_ago: float
    note: str = ""


PEOPLE = {
    "lin": ("林月", "13800138001", "浙江省", "杭州市", "西湖区", "文三路 90 号 3 幢 501"),
    "zhou": ("周子昂", "13900139002", "上海市", "上海市", "徐汇区", "武康路 378 号"),
    "wang": ("王玥", "13700137003", "北京市", "北京市", "朝阳区", "酒仙桥路 2 号"),
    "he": ("何喆", "13600136004", "广东省", "深圳市", "南山区", "科苑路 15 号"),
    "smith": ("Emma Smith", "13500135005", "上海市", "上海市", "长宁区", "1088 Yan'an West Road, Flat 12B"),
    "xu": ("许知远", "13400134006", "四川省", "成都市", "锦江区", "春熙路 8 号"),
    "garcia": ("Luis García", "13300133007", "江苏省", "南京市", "鼓楼区", "Hunan Road 27"),
    "sun": ("孙一诺", "13200132008", "陕西省", "西安市", "雁塔区", "小寨东路 1 号"),
}
PURCHASES = (
    Purchase("sun", [("tieguanyin-anxi", 1), ("porcelain-gaiwan", 1)], "received", 98),
    Purchase("garcia", [("jasmine-pearls", 2)], "delivered", 74),
    Purchase("xu", [("yiwu-sheng-cake", 1), ("bamboo-tray", 1)], "in_transit", 49),
    Purchase("smith", [("gongfu-starter-set", 1)], "out_for_delivery", 52, "Please ring the bell twice."),
    Purchase("lin", [("longjing-spring", 1), ("glass-teapot", 1)], "shipped", 20),
    Purchase("he", [("keemun-gongfu", 2), ("pineapple-shortcake", 1)], "packed", 27),
    Purchase("wang", [("osmanthus-oolong", 1), ("osmanthus-cake", 2)], "packed", 5),
    Purchase("zhou", [("menghai-shou-cake", 1)], "paid", 26, "送礼，请不要放价格单"),
    Purchase("smith", [("lychee-black", 1), ("mountain-pecans", 2)], "paid", 3),
    Purchase("lin", [("anji-baicha", 1)], "paid", 1.2),
    Purchase("garcia", [("fair-cup", 1), ("tasting-cups", 1)], "paid", 0.4),
    Purchase("xu", [("chrysanthemum-buds", 2)], "pending", 0.1),
)
ON_THE_WAY = ("in_transit", "out_for_delivery", "delivered")
STEPS = ("pending", "paid", "packed", "shipped", *ON_THE_WAY, "received")


def sell(store: Store) -> int:
    """Place the day's orders that are not there yet and take each as far as it got. Returns how many there are then."""
    for number, purchase in list(enumerate(PURCHASES))[Order.objects.count() :]:
        order = _place(store, purchase)
        _take_on(order, purchase, number)
        _backdate(order, timedelta(hours=purchase.hours_ago))
    return len(PURCHASES)


def _place(store: Store, purchase: Purchase) -> Order:
    name, phone, province, city, district, street = PEOPLE[purchase.who]
    shopper, _ = Shopper.objects.get_or_create(store=store, openid=f"demo-{purchase.who}", defaults={"nickname": name})
    address, _ = Address.objects.get_or_create(
        store=store,
        shopper=shopper,
        defaults={
            "name": name, "phone": phone, "province": province, "city": city, "district": district, "street": street,
            "is_default": True,
        },
    )  # fmt: skip
    wanted = []
    for handle, quantity in purchase.goods:
        product = Product.objects.get(handle=handle)
        variant = goods().filter(product=product, stock__on_hand__gte=F("stock__held") + quantity)[0]
        wanted.append(Wanted(variant, quantity))
    total = quote(store, shopper, wanted, address).total
    return place(store, shopper, address=address, expected_total=total, lines=wanted, note=purchase.note)


def _take_on(order: Order, purchase: Purchase, number: int) -> None:
    reached = STEPS.index(purchase.until)
    actor = "staff:0"
    if reached >= STEPS.index("paid"):
        _pay(order)
        duework.run_pending(Duty)
        order.refresh_from_db()
    if reached >= STEPS.index("packed"):
        packing.pack(order.parcels.get(), actor=actor)
    if reached >= STEPS.index("shipped"):
        waybill = f"SF14{number:02}588201{number:02}7"
        shipping.ship(order.parcels.get(), "SF", waybill, actor=actor)
        duework.run_pending(Parcel)
        if reached >= STEPS.index("in_transit"):
            # The demo's parcels travel at the sandbox; these have been on their way for a while.
            tell(f"/sandbox/parcels/SF/{waybill}/advance", {"to": ON_THE_WAY[min(reached - 4, 2)]})
            Parcel.objects.filter(order=order).update(due_at=clock.now())
            duework.run_pending(Parcel)
    if reached >= STEPS.index("received"):
        order.refresh_from_db()
        receiving.receive(order, actor=f"shopper:{order.shopper_id}")


def _pay(order: Order) -> None:
    """Pay at the sandbox's cashier, and learn of it by asking: nobody listens for notifications yet."""
    payment, _params = open_payment(order, actor=f"shopper:{order.shopper_id}", client_ip="127.0.0.1")
    tell(f"/sandbox/cashier/{payment.provider_reference}", {"action": "pay"})
    Payment.objects.filter(pk=payment.pk).update(due_at=clock.now())
    duework.run_pending(Payment)


def _backdate(order: Order, age: timedelta) -> None:
    """Everything that happened to the order, so much earlier; later steps some hours after the first."""
    order.refresh_from_db()
    moments = ("placed_at", "expires_at", "paid_at", "shipped_at", "received_at")
    Order.objects.filter(pk=order.pk).update(
        **{name: F(name) - age * _share(name) for name in moments if getattr(order, name)}
    )
    if order.state == Order.State.PENDING:
        Order.objects.filter(pk=order.pk).update(expires_at=order.expires_at)
    for parcel in order.parcels.all():
        for name in ("packed_at", "shipped_at", "delivered_at"):
            if getattr(parcel, name):
                Parcel.objects.filter(pk=parcel.pk).update(**{name: F(name) - age * _share(name)})
        events = list(TrackingEvent.objects.filter(parcel=parcel).order_by("happened_at", "pk"))
        start = age * _share("shipped_at")
        for station, event in enumerate(events):
            left = start * (1 - (station + 1) / (len(events) + 1))
            TrackingEvent.objects.filter(pk=event.pk).update(happened_at=clock.now() - left)
        _backdate_journal(f"parcel:{parcel.pk}", age)
    _backdate_journal(f"order:{order.pk}", age)
    for payment in Payment.objects.filter(order=order):
        moved = {name: F(name) - age for name in ("opened_at", "succeeded_at") if getattr(payment, name)}
        Payment.objects.filter(pk=payment.pk).update(**moved)


def _backdate_journal(subject: str, age: timedelta) -> None:
    for entry in JournalEntry.objects.filter(subject=subject):
        shift = age * _share(
            {"shipped": "shipped_at", "packed": "packed_at"}.get(entry.to_state, entry.to_state + "_at")
        )
        JournalEntry.objects.filter(pk=entry.pk).update(at=entry.at - shift)


def _share(moment: str) -> float:
    """How much of the order's age lies before that step: placing at the whole age, arrival at a small part of it."""
    return {
        "packed_at": 0.85, "shipped_at": 0.8, "in_transit_at": 0.6, "out_for_delivery_at": 0.15, "delivered_at": 0.1,
        "received_at": 0.05,
    }.get(moment, 1.0)  # fmt: skip

"""An order that needs a person is held, its people are told, and told no more once somebody has seen to it."""

from core.models import Alert
from orders import holding
from orders.models import Order
from shop.models import Shopper, Variant
from tests.support.orders import place_order

REASON = "A parcel came back to the store."


def test_held_and_told(shopper: Shopper, store: object) -> None:
    from tests.support.catalogue import make_product, variant_of

    variant: Variant = variant_of(make_product(shopper.store, price=100))
    order = place_order(shopper, {variant: 1})
    holding.hold(order.pk, order.store_id, REASON)

    assert Order.objects.get().hold_reason == REASON
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.resolved_at) == ("order-held", "urgent", None)
    assert alert.params == {"reason": REASON}

    assert not holding.release(order.pk, "another reason")
    assert Alert.objects.get().resolved_at is None
    assert holding.release(order.pk, REASON, by="staff:1")
    assert Order.objects.get().hold_reason == ""
    assert Alert.objects.get().resolved_by == "staff:1"
    assert not holding.release(order.pk, "")

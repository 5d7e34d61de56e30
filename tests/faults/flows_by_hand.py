"""What happens to money that staff take in and give back; see ``tests.faults.flows``."""

from functools import partial

from orders import packing, shipping
from orders.models import Duty, Parcel
from orders.states import PARCEL
from payments import by_hand, refund_requests
from payments.models import Payment, Receipt, Refund
from payments.opening import open_payment
from payments.verdicts import WRONG_AMOUNT
from shop.models import OfflineMethod, StockMovement
from tests.faults.site import ONE, PART, PRICE, Kill, Outcome, Site, fresh
from tests.support.sandbox import eventually

CASH = "cash_on_delivery"
PAID = Outcome("paid", "succeeded", "", booked=("payment", "received"), held=1)


def money_comes(site: Site, kill: Kill) -> None:
    """Staff note what came in, and click again."""
    payment = _awaited(site)
    take_in = partial(site.click, "payments.by_hand.take_in", payment.order, CASH, PRICE, "K-17", actor=ONE)
    kill(take_in, again=True)
    site.comes_to(payment, PAID)
    assert Receipt.objects.filter(payment=payment).count() == 1


def not_the_rest(site: Site, kill: Kill) -> None:
    """Too little came in, and staff wait no longer for the rest: what came is owed back, once."""
    payment = _awaited(site)
    by_hand.take_in(payment.order, CASH, PART, "K-18", actor=ONE)
    kill(partial(site.click, "payments.by_hand.give_back", payment, actor=ONE), again=True)
    site.comes_to(payment, Outcome("confirmed", "succeeded", "", booked=("payment", "received"), held=1))
    assert fresh(payment.order).hold_reason == WRONG_AMOUNT
    assert [refund.amount for refund in Refund.objects.filter(payment=payment)] == [PART]


def paid_back(site: Site, kill: Kill) -> None:
    """Staff have paid a refund back, say so, and say so again."""
    payment = _awaited(site)
    by_hand.take_in(payment.order, CASH, PRICE, "K-19", actor=ONE)
    refund = refund_requests.request(payment, PRICE, "all of it", actor=ONE)
    eventually(lambda: fresh(refund).state == "processing" and fresh(refund).claim == "", timeout=20)
    kill(partial(site.click, "payments.by_hand.paid_back", refund, "B-1", actor=ONE), again=True)
    site.comes_to(payment, Outcome("cancelled", "succeeded", "", booked=("paid_back", "payment", "received", "refund")))


def unpaid_parcel(site: Site, kill: Kill) -> None:
    """A parcel comes back that nobody paid: the order is closed, and its goods lie on the shelf again, once."""
    payment = _awaited(site)
    parcel = Parcel.objects.get(order=payment.order)
    packing.pack(parcel, actor=ONE)
    shipping.ship(parcel, "SF", f"SF{parcel.pk:013d}", actor=ONE)
    # The shop has no tracking service; the courier himself has brought it.
    eventually(lambda: fresh(parcel).done_at, timeout=20)
    PARCEL.move(Parcel.objects.get(pk=parcel.pk), "returned", actor="carrier")
    kill(partial(site.click, "payments.by_hand.came_back", payment.order, restock=True, actor=ONE), again=True)
    site.comes_to(payment, Outcome("cancelled", "closed", ""))
    back = StockMovement.objects.filter(reference=payment.order.stock_reference, kind=StockMovement.Kind.RETURNED)
    assert [movement.on_hand_delta for movement in back] == [1]


def _awaited(site: Site) -> Payment:
    """An order that is to be paid on delivery, ready to be packed."""
    OfflineMethod.objects.get_or_create(store=site.store, kind=CASH)
    order = site.place()
    payment, _nothing = open_payment(order, actor=f"shopper:{site.shopper.pk}", provider=CASH)
    eventually(Duty.objects.filter(order=order, kind="fulfil", done_at__isnull=False).exists, timeout=20)
    return Payment.objects.select_related("store", "order__store").get(pk=payment.pk)


FLOWS = {
    money_comes: ("note a receipt",),
    not_the_rest: ("give back what came in",),
    paid_back: ("take in what staff say of a refund",),
    unpaid_parcel: ("take back an unpaid parcel",),
}

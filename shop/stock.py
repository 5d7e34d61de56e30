"""Stock: what is there, what is promised, what leaves. The only module that changes the counters.

Each change is a conditional UPDATE (it finds no row rather than going below zero), made row by row in primary-key order so that two
orders over the same goods never wait for each other in a circle, and each leaves a movement. A CHECK in the database stands behind
them. Call these functions as the last statements of the transaction: from here on the counters' rows are locked until it commits.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from shop.models import Product, Stock, StockHold, StockMovement


class StockShort(Problem):
    """There is not enough. ``short`` maps the primary key of each variant that falls short to what is available of it."""

    def __init__(self, short: Mapping[int, int]) -> None:
        self.short = dict(short)
        super().__init__("stock-short", 409, _("There is not enough of this in stock."))


def hold(reference: str, quantities: Mapping[int, int], *, actor: str) -> None:
    """Promise so many of each variant (by primary key) to ``reference``: all of them, or none.

    Raises StockShort, after which the surrounding transaction can only be rolled back. A reference holds a variant once.
    """
    _check(quantities)
    with transaction.atomic(savepoint=False):
        stocks = _stocks(quantities)
        held, failed = [], False
        for variant_pk, stock in stocks.items():
            quantity = quantities[variant_pk]
            changed = Stock.objects.filter(pk=stock.pk, on_hand__gte=F("held") + quantity).update(
                held=F("held") + quantity
            )
            if not changed:
                failed = True
                break
            held.append((stock, quantity))
        if failed or len(stocks) < len(quantities):
            raise StockShort(_shortages(quantities, held))
        StockHold.objects.bulk_create(
            StockHold(store_id=stock.store_id, stock=stock, reference=reference, quantity=quantity)
            for stock, quantity in held
        )
        _note(held, StockMovement.Kind.HELD, held_sign=1, reference=reference, actor=actor)


def release(reference: str, *, actor: str) -> bool:
    """Give back what ``reference`` still holds. False when it holds nothing (any more): calling it twice is harmless."""
    with transaction.atomic(savepoint=False):
        holds = _open_holds(reference)
        if not holds:
            return False
        StockHold.objects.filter(pk__in=[row.pk for row in holds]).update(state=StockHold.State.RELEASED)
        moved = [(row.stock, row.quantity) for row in holds]
        _note(moved, StockMovement.Kind.RELEASED, held_sign=-1, reference=reference, actor=actor)
        for stock, quantity in moved:
            _must_change(Stock.objects.filter(pk=stock.pk, held__gte=quantity).update(held=F("held") - quantity), stock)
    return True


def take(reference: str, quantities: Mapping[int, int], *, actor: str) -> None:
    """Let so many of what ``reference`` holds leave the house; counts them as sold.

    Raises StockShort when it does not hold that many; ``short`` then maps to what it does hold.
    """
    _check(quantities)
    with transaction.atomic(savepoint=False):
        holds = {row.stock.variant_id: row for row in _open_holds(reference)}
        short = {
            pk: holds[pk].quantity if pk in holds else 0
            for pk, quantity in quantities.items()
            if pk not in holds or holds[pk].quantity < quantity
        }
        if short:
            raise StockShort(short)
        taken = [(row, quantities[pk]) for pk, row in holds.items() if pk in quantities]
        for row, quantity in taken:
            row.quantity -= quantity
            row.state = StockHold.State.OPEN if row.quantity else StockHold.State.TAKEN
        StockHold.objects.bulk_update([row for row, _quantity in taken], ["quantity", "state"])
        moved = [(row.stock, quantity) for row, quantity in taken]
        _note(moved, StockMovement.Kind.SHIPPED, on_hand_sign=-1, held_sign=-1, reference=reference, actor=actor)
        _count_sold(quantities)
        for stock, quantity in moved:
            changed = Stock.objects.filter(pk=stock.pk, held__gte=quantity, on_hand__gte=quantity).update(
                held=F("held") - quantity, on_hand=F("on_hand") - quantity
            )
            _must_change(changed, stock)


def change(variant_pk: int, delta: int, kind: str, *, actor: str, reference: str = "") -> None:
    """Add to (or, with a negative delta, take from) what is on hand: goods received, counted, returned.

    Raises StockShort when less would remain than is held for orders.
    """
    if not delta:
        return
    with transaction.atomic(savepoint=False):
        changed = Stock.objects.filter(variant_id=variant_pk, on_hand__gte=F("held") - delta).update(
            on_hand=F("on_hand") + delta
        )
        stock = Stock.objects.filter(variant_id=variant_pk).first()
        if not changed or stock is None:
            raise StockShort({variant_pk: stock.available if stock else 0})
        _note([(stock, delta)], kind, on_hand_sign=1, reference=reference, actor=actor)


def _check(quantities: Mapping[int, int]) -> None:
    if not quantities or min(quantities.values()) < 1:
        raise ValueError("quantities must be given and positive")


def _stocks(quantities: Mapping[int, int]) -> dict[int, Stock]:
    """The counters by variant, in the order in which every transaction takes them."""
    rows = Stock.objects.filter(variant_id__in=list(quantities)).order_by("pk")
    return {row.variant_id: row for row in rows}


def _open_holds(reference: str) -> list[StockHold]:
    """The open holds of a reference, locked, in the order of their counters."""
    return list(
        StockHold.objects.filter(reference=reference, state=StockHold.State.OPEN)
        .select_related("stock")
        .order_by("stock_id")
        .select_for_update(of=("self",))
    )


def _shortages(quantities: Mapping[int, int], held: list[tuple[Stock, int]]) -> dict[int, int]:
    """What is available of each variant that falls short. What this transaction itself has just held does not count."""
    own = {stock.pk: quantity for stock, quantity in held}
    available = {pk: row.available + own.get(row.pk, 0) for pk, row in _stocks(quantities).items()}
    return {pk: available.get(pk, 0) for pk, quantity in quantities.items() if available.get(pk, 0) < quantity}


def _note(
    moved: list[tuple[Stock, int]], kind: str, *, on_hand_sign: int = 0, held_sign: int = 0, reference: str, actor: str
) -> None:
    StockMovement.objects.bulk_create(
        StockMovement(
            store_id=stock.store_id,
            stock=stock,
            kind=kind,
            on_hand_delta=on_hand_sign * quantity,
            held_delta=held_sign * quantity,
            reference=reference,
            actor=actor,
        )
        for stock, quantity in moved
    )


def _count_sold(quantities: Mapping[int, int]) -> None:
    """Add to the products' counts, before the stock's rows: whoever changes both goes from product to stock."""
    sold: dict[int, int] = {}
    for variant_pk, product_pk in Product.objects.filter(variants__in=list(quantities)).values_list(
        "variants__pk", "pk"
    ):
        if variant_pk in quantities:
            sold[product_pk] = sold.get(product_pk, 0) + quantities[variant_pk]
    for product_pk in sorted(sold):
        Product.objects.filter(pk=product_pk).update(sold=F("sold") + sold[product_pk])


def _must_change(changed: int, stock: Stock) -> None:
    if not changed:
        raise RuntimeError(f"the counters of stock {stock.pk} do not agree with its holds")

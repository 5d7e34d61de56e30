"""``check_invariants`` says nothing of a sound installation, and names the promise and the row when one is broken.

Every question is shown to find what it asks for: the rows are broken behind the application's back.
"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orders.models import Order
from payments import invariants
from payments.models import Payment
from tests.support.pay import Platform, pay

P = "payments_payment"
BOOK = """INSERT INTO payments_ledgerentry ("group", account, amount, currency, provider, payment_id, store_id, at)
    SELECT 'broken', '{account}', {amount}, 'CNY', 'wechatpay', id, store_id, now() FROM payments_payment"""
REFUND = """INSERT INTO payments_refund (number, state, cause, amount, currency, reason, goods, requested_by, decided_by, verdict,
        created_at, payment_id, store_id, attempts, claim, last_error, provider_refund_id, due_at)
    SELECT 'broken', '{state}', 'staff', {amount}, 'CNY', 'x', '[]', 'x', '', '', now(), id, store_id, 0, '', '', NULL, {due}
    FROM payments_payment"""
JOURNAL = """INSERT INTO core_journalentry (subject, at, actor, from_state, to_state, why, data, store_id)
    SELECT '{name}:' || id, now(), 'x', '{was}', '{to}', '', '{{}}', store_id FROM {table}"""

# What is broken, and the ids of the promises that have to notice.
BROKEN = {
    "another amount paid": ("UPDATE payments_payment SET paid_amount = paid_amount + 1", {"I-01", "I-09"}),
    "no transaction": ("UPDATE payments_payment SET transaction_id = NULL", {"I-01"}),
    "paid by nothing": ("UPDATE payments_payment SET settles = false", {"I-01", "I-07", "I-09"}),
    "cancelled and kept": ("UPDATE orders_order SET state = 'cancelled', cancel_cause = 'expired'", {"I-01", "I-18", "I-07"}),
    "reserved for nothing": ("UPDATE payments_payment SET refund_reserved = 1", {"I-04"}),
    "a refund without money": (REFUND.format(state="succeeded", amount=1, due="NULL"), {"I-04", "I-07", "I-09", "I-18"}),
    "more refunded than paid": (REFUND.format(state="processing", amount=10**9, due="NULL"), {"I-04", "I-18"}),
    "another line price": ("UPDATE orders_orderline SET unit_price = unit_price + 1, total = total + quantity", {"I-06"}),
    "a refund state that is none": ("UPDATE orders_order SET refund_state = 'full'", {"I-07"}),
    "one side of a booking": (BOOK.format(account="fees", amount=5), {"I-08", "I-09"}),
    "a booking nobody made": (BOOK.format(account="revenue", amount=-5), {"I-08", "I-09"}),
    "a gap in the journal": (JOURNAL.format(name="order", was="shipped", to="paid", table="orders_order"), {"I-18"}),
    "a move that is none": (JOURNAL.format(name="payment", was="succeeded", to="opened", table=P), {"I-18"}),
    "a state without a journal": ("UPDATE orders_order SET state = 'shipped'", {"I-18"}),
    "completed and moved": (JOURNAL.format(name="order", was="completed", to="paid", table="orders_order"), {"I-18", "I-19"}),
    "back from cancelled for good": (
        JOURNAL.format(name="order", was="cancelled", to="pending", table="orders_order"), {"I-18", "I-19"},
    ),
    "a refund set aside in silence": (
        REFUND.format(state="due", amount=1, due="now()") + "; UPDATE payments_refund SET parked_at = now()",
        {"I-04", "I-18", "I-22"},
    ),
    "a notification left lying": (
        """INSERT INTO payments_notification (provider, event_id, event_type, body, headers, verdict, number, provider_number,
               received_at, store_id, attempts, claim, last_error, due_at)
           SELECT 'x', 'x', 'x', '', '{}', '', '', '',
               now() - interval '1 hour', id, 0, '', '', now() - interval '1 hour' FROM shop_store""",
        {"I-20"},
    ),
    "a refund left lying": (
        REFUND.format(state="due", amount=1, due="now() - interval '1 hour'"), {"I-04", "I-18", "I-21"},
    ),
}  # fmt: skip


@pytest.fixture
def payment(order: Order, platform: Platform) -> Payment:
    return pay(order)


@pytest.fixture
def the_books_balance() -> None:
    """Not here: they are broken on purpose."""


def test_a_sound_installation(payment: Payment) -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "nothing broken" in out.getvalue()


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(what: str, payment: Payment) -> None:
    sql, expected = BROKEN[what]
    with connection.cursor() as cursor:
        cursor.execute(sql)

    found = {name.split()[0] for name in invariants.violations()}

    assert found == expected
    with pytest.raises(CommandError, match="broken"):
        call_command("check_invariants", stdout=StringIO())


def test_what_is_due_may_wait_a_while(payment: Payment) -> None:
    sql, _expected = BROKEN["a notification left lying"]
    with connection.cursor() as cursor:
        cursor.execute(sql)

    assert invariants.violations(grace=timedelta(hours=2)) == {}


# These a constraint of the database refuses already: the question stands behind it, for a database that has lost it.
@pytest.mark.parametrize(
    ("id", "sql"),
    [
        ("I-02", "UPDATE payments_payment SET transaction_id = 'the same'"),
        ("I-03", "UPDATE payments_payment SET settles = true"),
    ],
)
def test_what_a_constraint_refuses_is_asked_all_the_same(id: str, sql: str, payment: Payment) -> None:
    own = ("id", "public_id", "number", "transaction_id", "settles")
    copied = ", ".join(f'"{field.column}"' for field in Payment._meta.fields if field.column not in own)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payments_payment DROP CONSTRAINT payment_transaction_once")
        cursor.execute("DROP INDEX payment_settles_once")
        cursor.execute(
            f"INSERT INTO payments_payment (public_id, number, transaction_id, settles, {copied}) "
            f"SELECT 'copy', 'copy', 'another', false, {copied} FROM payments_payment"
        )
        cursor.execute(sql)

    assert id in {name.split()[0] for name in invariants.violations()}

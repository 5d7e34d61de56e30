"""``check_invariants`` says nothing of a sound installation, and names the promise and the order when one is broken.

Every question is shown to find what it asks for, and no other to be disturbed by it: the rows are broken behind the application's back.
Where a constraint of the database refuses that already, it is taken away first: the question stands behind it.
"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.duework import models_with_work
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
JUMP = """INSERT INTO core_journalentry (subject, at, actor, from_state, to_state, why, data, store_id)
    SELECT '{name}:' || n, now(), 'x', 'nowhere', 'elsewhere', '', '{{}}', id FROM shop_store, generate_series(1, {times}) AS n"""
DISPUTE = """INSERT INTO payments_dispute (provider_dispute_id, state, amount, currency, reason, opened_at, payment_id, store_id)
    SELECT 'x', 'lost', 1, 'CNY', '', now(), id, store_id FROM payments_payment"""
DIFFERENCE = """
    INSERT INTO payments_reconciliation (provider, day, lines, there, here, store_id, attempts, claim, last_error)
    SELECT 'x', '2026-11-24', 0, '{}', '{}', id, 0, '', '' FROM shop_store;
    INSERT INTO payments_difference (public_id, provider, kind, subject, state, answer, opened_at, explained_by, explanation,
        reconciliation_id, store_id)
    SELECT 'x', 'x', 'amount', 'x', 'open', '', now(), '', '', id, store_id FROM payments_reconciliation"""
KEY = """INSERT INTO core_idempotencykey (owner, key, fingerprint, locked_until, created_at, store_id)
    SELECT 'x', 'x', '', now(), now(), id FROM shop_store, generate_series(1, 2)"""
# A second payment like the first.
COPIED = ", ".join(
    f'"{field.column}"'
    for field in Payment._meta.fields
    if field.column not in ("id", "public_id", "number", "transaction_id", "settles")
)
COPY = f"""INSERT INTO payments_payment (public_id, number, transaction_id, settles, {COPIED})
    SELECT 'copy', 'copy', 'another', false, {COPIED} FROM payments_payment"""
SECOND_WITHOUT_CONSTRAINT = f"""SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE payments_payment DROP CONSTRAINT payment_transaction_once; DROP INDEX payment_settles_once; {COPY}"""
# Cancelled, opened again and paid, twice.
TWICE = ";".join(
    JOURNAL.format(name="order", was=was, to=to, table="orders_order")
    for was, to in (("paid", "cancelled"), ("cancelled", "pending"), ("pending", "paid")) * 2
)

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
    "not paid and settled": (
        "UPDATE orders_order SET state = 'pending', paid_at = NULL", {"I-01", "I-18"},
    ),
    "one transaction twice": (
        f"{SECOND_WITHOUT_CONSTRAINT}; UPDATE payments_payment SET transaction_id = 'the same'", {"I-02", "I-07", "I-09", "I-18"},
    ),
    "settled twice": (f"{SECOND_WITHOUT_CONSTRAINT}; UPDATE payments_payment SET settles = true", {"I-03", "I-09", "I-18"}),
    "one refund at the provider twice": (
        ";".join((
            "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE payments_refund DROP CONSTRAINT refund_at_provider_once",
            REFUND.format(state="failed", amount=1, due="NULL"),
            REFUND.format(state="failed", amount=1, due="NULL").replace("'broken'", "'again'"),
            "UPDATE payments_refund SET provider_refund_id = 'the same'",
            JOURNAL.format(name="refund", was="", to="failed", table="payments_refund"),
        )),
        {"I-05"},
    ),
    "cash at a provider": (BOOK.format(account="clearing", amount=5).replace("'wechatpay'", "'cash_on_delivery'"), {"I-08", "I-09"}),
    "a transfer nobody noted": ("UPDATE payments_payment SET provider = 'bank_transfer'", {"I-09"}),
    "reopened twice": (TWICE, {"I-19"}),
    "a dispute without a journal": (DISPUTE, {"I-18"}),
    "a difference without a journal": (DIFFERENCE, {"I-18"}),
    "a payment without a journal": ("UPDATE payments_payment SET state = 'failed', settles = false", {"I-01", "I-09", "I-18"}),
    **{f"a {name} from nowhere": (JUMP.format(name=name, times=1), {"I-18"}) for name in ("payment", "refund", "dispute", "difference")},
    "a key with two answers": (
        f"ALTER TABLE core_idempotencykey DROP CONSTRAINT idempotency_key_once; {KEY}", {"I-23"},
    ),
    "a notification that is never due": (
        """INSERT INTO payments_notification (provider, event_id, event_type, body, headers, verdict, number, provider_number,
               received_at, store_id, attempts, claim, last_error)
           SELECT 'x', 'x', 'x', '', '{}', '', '', '', now() - interval '1 hour', id, 0, '', '' FROM shop_store""",
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


def broken(sql: str) -> dict[str, list[str]]:
    """What is found when that is done to the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
    return invariants.violations()


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(what: str, payment: Payment) -> None:
    sql, expected = BROKEN[what]

    found = {name.split()[0] for name in broken(sql)}

    assert found == expected
    with pytest.raises(CommandError, match="broken"):
        call_command("check_invariants", stdout=StringIO())


def test_every_question_has_found_something(payment: Payment) -> None:
    """None of them is idle: each answers to something that is broken here, but for other kinds of work that is left lying."""
    found: set[str] = set()
    for sql, _expected in BROKEN.values():
        with transaction.atomic():
            found |= broken(sql).keys()
            transaction.set_rollback(True)
    asked = {f"{one.id} {one.text}" for one in invariants.everything()}
    of_work = {name for name in asked if name.startswith("I-21")}

    assert asked - found - of_work == set()
    assert len(of_work) == len(models_with_work()) - 1


def test_the_order_is_named(payment: Payment, order: Order) -> None:
    out = StringIO()
    with connection.cursor() as cursor:
        cursor.execute(BROKEN["a refund state that is none"][0] + ";" + BROKEN["reserved for nothing"][0])

    with pytest.raises(CommandError, match="2 promises"):
        call_command("check_invariants", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[1::2] == [f"    order {order.number}, payment {payment.number}", f"    order {order.number}"]


def test_of_many_the_first_are_named_and_all_are_counted(payment: Payment) -> None:
    found = broken(JUMP.format(name="dispute", times=25))

    for names in found.values():
        assert len(names) == 21
        assert names[-1] == "and 5 more"


def test_what_is_due_may_wait_a_while(payment: Payment) -> None:
    sql, _expected = BROKEN["a notification left lying"]
    with connection.cursor() as cursor:
        cursor.execute(sql)

    assert invariants.violations(grace=timedelta(hours=2)) == {}

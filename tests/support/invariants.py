"""What must hold of money whatever has happened: questions to the database that must find nothing.

``check()`` after a scenario; the ids are those by which reports name them.
"""

from django.db import connection

MONEY = {
    "I-01 an order past pending has one payment of the same store that settles it, in its exact amount and currency": """
        SELECT o.id FROM orders_order o
        WHERE o.paid_at IS NOT NULL AND o.total > 0 AND NOT EXISTS (
            SELECT 1 FROM payments_payment p
            WHERE p.order_id = o.id AND p.store_id = o.store_id AND p.settles AND p.state = 'succeeded'
              AND p.paid_amount = o.total AND p.amount = o.total AND p.currency = o.currency AND p.transaction_id IS NOT NULL)
    """,
    "I-01 a cancelled or pending order has no payment that settles it, unless it was refunded in full": """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id AND p.settles
        WHERE o.state = 'pending' OR (o.state = 'cancelled' AND o.cancel_cause <> 'refunded')
    """,
    "I-02 a provider's transaction is taken in once": """
        SELECT transaction_id FROM payments_payment WHERE transaction_id IS NOT NULL
        GROUP BY provider, transaction_id HAVING count(*) > 1
    """,
    "I-03 one payment settles an order": """
        SELECT order_id FROM payments_payment WHERE settles GROUP BY order_id HAVING count(*) > 1
    """,
    "I-04 no more goes back than came in, and nothing less than one": """
        SELECT p.id FROM payments_payment p JOIN payments_refund r ON r.payment_id = p.id AND r.state NOT IN ('failed', 'refused')
        GROUP BY p.id HAVING sum(r.amount) > coalesce(p.paid_amount, 0) OR min(r.amount) < 1
    """,
    "I-04 what is reserved for refunds is the sum of those that may still happen or have": """
        SELECT p.id FROM payments_payment p
        LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.state NOT IN ('failed', 'refused')
        GROUP BY p.id HAVING p.refund_reserved <> coalesce(sum(r.amount), 0)
    """,
    "I-05 a provider's refund is taken in once": """
        SELECT provider_refund_id FROM payments_refund WHERE provider_refund_id IS NOT NULL
        GROUP BY provider_refund_id HAVING count(*) > 1
    """,
    "I-06 an order's total is that of its lines, less discounts, with freight": """
        SELECT o.id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id GROUP BY o.id
        HAVING o.total <> sum(l.unit_price * l.quantity) - o.discount_total + o.freight_total OR min(l.quantity) < 1
    """,
    "I-07 money that paid nothing is on its way back, in full": """
        SELECT p.id FROM payments_payment p LEFT JOIN payments_refund r ON r.payment_id = p.id
        WHERE p.state = 'succeeded' AND NOT p.settles
        GROUP BY p.id HAVING coalesce(sum(r.amount), 0) <> p.paid_amount
    """,
    "I-08 a group of bookings adds up to nothing": """
        SELECT "group" FROM payments_ledgerentry GROUP BY "group", currency HAVING sum(amount) <> 0
    """,
    "I-09 what the books have at the provider is what was paid less what went back": """
        SELECT store_id FROM (
            SELECT store_id, currency, amount FROM payments_ledgerentry
            WHERE account IN ('clearing', 'settled', 'fees', 'disputed')
            UNION ALL SELECT store_id, currency, -paid_amount FROM payments_payment WHERE state = 'succeeded'
            UNION ALL SELECT store_id, currency, amount FROM payments_refund WHERE state = 'succeeded') AS sides
        GROUP BY store_id, currency HAVING sum(amount) <> 0
    """,
    "I-09 nothing that people took in is at a provider": """
        SELECT payment_id FROM payments_ledgerentry
        WHERE account = 'clearing' AND provider IN ('cash_on_delivery', 'bank_transfer')
        GROUP BY payment_id HAVING sum(amount) <> 0
    """,
    "I-09 what people took in is what they have noted": """
        SELECT p.id FROM payments_payment p LEFT JOIN payments_receipt r ON r.payment_id = p.id
        WHERE p.state = 'succeeded' AND p.provider IN ('cash_on_delivery', 'bank_transfer')
        GROUP BY p.id HAVING coalesce(sum(r.amount), 0) <> p.paid_amount
    """,
    "I-16 a paid order is due to be fulfilled once, and no other is": """
        SELECT o.id FROM orders_order o LEFT JOIN orders_duty d ON d.order_id = o.id AND d.kind = 'fulfil'
        GROUP BY o.id HAVING count(d.id) <> (CASE WHEN o.paid_at IS NULL AND NOT o.on_delivery THEN 0 ELSE 1 END)
    """,
    "I-18 the journal leads without a gap to the state of today": """
        SELECT subject FROM (
            SELECT subject, from_state, lag(to_state) OVER (PARTITION BY subject ORDER BY id) AS before
            FROM core_journalentry WHERE subject LIKE 'payment:%' OR subject LIKE 'order:%') AS steps
        WHERE before IS NOT NULL AND before <> from_state
    """,
    "I-18 the last entry of the journal is the payment's state": """
        SELECT p.id FROM payments_payment p WHERE p.state <> (
            SELECT j.to_state FROM core_journalentry j WHERE j.subject = 'payment:' || p.id ORDER BY j.id DESC LIMIT 1)
    """,
}


def violations() -> dict[str, list[object]]:
    """Each broken promise with the rows that break it."""
    found = {}
    with connection.cursor() as cursor:
        for name, sql in MONEY.items():
            cursor.execute(sql)
            rows = [row[0] for row in cursor.fetchall()]
            if rows:
                found[name] = rows
    return found


def check() -> None:
    """AssertionError that names every promise that does not hold."""
    assert violations() == {}

"""What must hold of money whatever has happened: questions to the database that must find nothing.

``manage.py check_invariants`` asks them of an installation, and the tests of money after every test. ``violations()`` names what breaks a
promise, by the order's number where there is one. The ids are those by which reports and alerts name the promises; amounts are in minor
units.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from core import alerts, clock
from core.duework import models_with_work
from core.states import Machine
from orders.states import ORDER
from payments import gateways
from payments.states import DIFFERENCE, DISPUTE, PAYMENT, REFUND

# A worker that was killed, a provider that is away for a moment: what is due may wait so long.
GRACE = timedelta(minutes=5)
# Refunds that may still happen, or have.
_ALIVE = "('requested', 'due', 'processing', 'succeeded')"
# Nobody is shown the order ``o``, and nobody has said of a refund of the payment ``p`` that failed how it was settled.
_UNSEEN = """o.hold_reason = '' AND NOT EXISTS (
    SELECT 1 FROM payments_refund f WHERE f.payment_id = p.id AND f.state = 'failed' AND f.handled_at IS NOT NULL)"""
# Of what breaks a promise no more are named; the others are counted, by the database.
SHOWN = 20
# As core.ids.grouped writes it.
_ORDER = r"'order ' || regexp_replace(upper(o.public_id), '(.{4})(?=.)', '\1-', 'g')"
# How a row that was found is named, by what its id is the id of.
_NAMES = {
    "order": f"SELECT {_ORDER} FROM orders_order o WHERE o.id = broken.id",
    "payment": f"""SELECT {_ORDER} || ', payment ' || p.number FROM payments_payment p JOIN orders_order o ON o.id = p.order_id
        WHERE p.id = broken.id""",
    "refund": f"""SELECT {_ORDER} || ', refund ' || r.number FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
        JOIN orders_order o ON o.id = p.order_id WHERE r.id = broken.id""",
    "dispute": f"""SELECT {_ORDER} || ', dispute ' || d.provider_dispute_id FROM payments_dispute d
        JOIN payments_payment p ON p.id = d.payment_id JOIN orders_order o ON o.id = p.order_id WHERE d.id = broken.id""",
    "group": f"""SELECT {_ORDER} || ', ' || broken.id FROM payments_ledgerentry e JOIN payments_payment p ON p.id = e.payment_id
        JOIN orders_order o ON o.id = p.order_id WHERE e."group" = broken.id LIMIT 1""",
    "store": "SELECT 'store ' || slug FROM shop_store WHERE id = broken.id",
    "duty": f"SELECT {_ORDER} || ', ' || d.kind FROM orders_duty d JOIN orders_order o ON o.id = d.order_id WHERE d.id = broken.id",
}


@dataclass(frozen=True)
class Invariant:
    """One promise and the question that finds what breaks it: its first column is the id of the row, ``of`` says of what."""

    id: str
    text: str
    sql: str
    of: str = "order"

    def question(self) -> str:
        """How many rows break it, and the names of the first of them."""
        name = f"({_NAMES[self.of]})" if self.of in _NAMES else "NULL"
        return f"""
            SELECT count(*) OVER (), coalesce({name}, '{self.of} ' || broken.id, '{self.of}')
            FROM ({self.sql}) AS broken(id) LIMIT {SHOWN}
        """


def _pk(name: str) -> str:
    """The primary key in the subject of a journal entry."""
    return rf"substring(subject FROM '^{name}:(\d+)$')::bigint"


MONEY = (
    Invariant(
        "I-01",
        "an order that counts as paid has one payment of its store that settles it, told by the provider, in its amount and currency",
        """
        SELECT o.id FROM orders_order o
        WHERE o.paid_at IS NOT NULL AND o.total > 0 AND NOT EXISTS (
            SELECT 1 FROM payments_payment p
            WHERE p.order_id = o.id AND p.store_id = o.store_id AND p.settles AND p.state = 'succeeded'
              AND p.paid_amount = o.total AND p.amount = o.total AND p.currency = o.currency AND p.transaction_id IS NOT NULL)
        """,
    ),
    Invariant(
        "I-01",
        "an order that was not paid has no payment that settles it; a cancelled one only when everything goes back",
        """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id AND p.settles
        WHERE o.paid_at IS NULL OR o.state = 'pending' OR (o.state = 'cancelled' AND o.cancel_cause <> 'refunded')
        """,
    ),
    Invariant(
        "I-02",
        "a provider's transaction is taken in once",
        """
        SELECT min(id) FROM payments_payment WHERE transaction_id IS NOT NULL
        GROUP BY provider, transaction_id HAVING count(*) > 1
        """,
        "payment",
    ),
    Invariant(
        "I-03",
        "one payment settles an order",
        "SELECT order_id FROM payments_payment WHERE settles GROUP BY order_id HAVING count(*) > 1",
    ),
    Invariant(
        "I-04",
        "no more goes back than came in, and nothing less than one",
        f"""
        SELECT p.id FROM payments_payment p JOIN payments_refund r ON r.payment_id = p.id AND r.state IN {_ALIVE}
        GROUP BY p.id HAVING sum(r.amount) > coalesce(p.paid_amount, 0) OR min(r.amount) < 1
        """,
        "payment",
    ),
    Invariant(
        "I-04",
        "what a payment has reserved for refunds is the sum of those that may still happen, or have",
        f"""
        SELECT p.id FROM payments_payment p
        LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.state IN {_ALIVE}
        GROUP BY p.id HAVING p.refund_reserved <> coalesce(sum(r.amount), 0)
        """,
        "payment",
    ),
    Invariant(
        "I-05",
        "a provider's refund is taken in once",
        """
        SELECT min(r.id) FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
        WHERE r.provider_refund_id IS NOT NULL GROUP BY p.provider, r.provider_refund_id HAVING count(*) > 1
        """,
        "refund",
    ),
    Invariant(
        "I-06",
        "an order's total is that of its lines, less discounts, with freight",
        """
        SELECT o.id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id GROUP BY o.id
        HAVING o.total <> sum(l.unit_price * l.quantity) - o.discount_total + o.freight_total OR o.total < 0
            OR min(l.quantity) < 1 OR min(l.unit_price) < 0 OR o.discount_total < 0
        """,
    ),
    Invariant(
        "I-07",
        "money that paid nothing is on its way back in full, or the order is shown to a person, or one has seen to it",
        f"""
        SELECT p.id FROM payments_payment p JOIN orders_order o ON o.id = p.order_id
        WHERE p.state = 'succeeded' AND NOT p.settles AND p.refund_reserved <> p.paid_amount AND {_UNSEEN}
        """,
        "payment",
    ),
    Invariant(
        "I-07",
        "of an order that was stopped everything goes back, or it is shown to a person, or one has seen to it",
        f"""
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id AND p.settles
        WHERE o.state = 'cancelled' AND p.refund_reserved <> p.paid_amount AND {_UNSEEN}
        """,
    ),
    Invariant(
        "I-07",
        "what an order says of its refunds is what went back of the payment that settled it",
        """
        SELECT o.id FROM orders_order o JOIN payments_payment p ON p.order_id = o.id AND p.settles
        LEFT JOIN payments_refund r ON r.payment_id = p.id AND r.state = 'succeeded' GROUP BY o.id, p.id
        HAVING o.refund_state <> CASE WHEN coalesce(sum(r.amount), 0) = 0 THEN 'none'
            WHEN sum(r.amount) >= p.paid_amount THEN 'full' ELSE 'part' END
        """,
    ),
    Invariant(
        "I-08",
        "a group of bookings adds up to nothing in each currency",
        'SELECT "group" FROM payments_ledgerentry GROUP BY "group", currency HAVING sum(amount) <> 0',
        "group",
    ),
    Invariant(
        "I-09",
        "what the books have with providers, settled, disputed and spent on fees is what was paid less what went back",
        """
        SELECT store_id FROM (
            SELECT store_id, provider, currency, amount FROM payments_ledgerentry
            WHERE account IN ('clearing', 'settled', 'fees', 'disputed')
            UNION ALL SELECT store_id, provider, currency, -paid_amount FROM payments_payment WHERE state = 'succeeded'
            UNION ALL SELECT r.store_id, p.provider, r.currency, r.amount FROM payments_refund r
                JOIN payments_payment p ON p.id = r.payment_id WHERE r.state = 'succeeded') AS sides
        GROUP BY store_id, provider, currency HAVING sum(amount) <> 0
        """,
        "store",
    ),
    Invariant(
        "I-09",
        "revenue, refunds and what is owed to shoppers are booked as payments and refunds say",
        """
        SELECT payment_id FROM (
            SELECT payment_id, account, amount FROM payments_ledgerentry WHERE account IN ('revenue', 'refunds', 'shopper')
            UNION ALL SELECT id, CASE WHEN settles THEN 'revenue' ELSE 'shopper' END, paid_amount
                FROM payments_payment WHERE state = 'succeeded'
            UNION ALL SELECT p.id, CASE WHEN p.settles THEN 'refunds' ELSE 'shopper' END, -r.amount
                FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id WHERE r.state = 'succeeded') AS sides
        GROUP BY payment_id, account HAVING sum(amount) <> 0
        """,
        "payment",
    ),
    Invariant(
        "I-19",
        "what has ended stays ended: a cancelled order leads to nothing but being reopened and paid at once",
        f"""
        SELECT {_pk("order")} FROM (
            SELECT subject, from_state, to_state, lead(to_state) OVER (PARTITION BY subject ORDER BY id) AS next
            FROM core_journalentry WHERE subject LIKE 'order:%') AS steps
        WHERE from_state = 'completed' OR (from_state = 'cancelled' AND (to_state <> 'pending' OR next IS DISTINCT FROM 'paid'))
        """,
    ),
    Invariant(
        "I-19",
        "an order is reopened at most once, and what was refunded in full never",
        f"""
        SELECT {_pk("order")} FROM core_journalentry WHERE subject LIKE 'order:%' AND from_state = 'cancelled'
        GROUP BY subject HAVING count(*) > 1
        UNION ALL SELECT o.id FROM orders_order o WHERE o.reopened_at IS NOT NULL AND o.state = 'cancelled'
            AND o.cancel_cause <> 'refunded'
        """,
    ),
    Invariant(
        "I-23",
        "an idempotency key means one request and one outcome",
        "SELECT min(id) FROM core_idempotencykey GROUP BY store_id, owner, key HAVING count(*) > 1",
        "idempotency key",
    ),
)


def violations(grace: timedelta = GRACE) -> dict[str, list[str]]:
    """Each broken promise with the names of what breaks it; empty when all is well. ``grace``: how long what is due may have waited."""
    asked = list(everything(grace))
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        # One trip to the database for all of them; it answers them one after the other.
        cursor.execute(";".join(invariant.question() for invariant in asked))
        for number, invariant in enumerate(asked):
            if number and not cursor.nextset():
                raise RuntimeError(f"no answer to {invariant.id} {invariant.text}")
            if rows := cursor.fetchall():
                more = rows[0][0] - len(rows)
                names = [name for _count, name in rows] + [f"and {more} more"] * bool(more)
                found[f"{invariant.id} {invariant.text}"] = names
    return found


def everything(grace: timedelta = GRACE) -> Iterator[Invariant]:
    """Every invariant of money, in the order of their ids."""
    found = [*MONEY, *_taken_in_by_people(), *_journalled(), *_carried_out(grace)]
    yield from sorted(found, key=lambda invariant: invariant.id)


def _taken_in_by_people() -> Iterator[Invariant]:
    """I-09 of the providers whose money staff take in and give back."""
    by_hand = f"provider = ANY ('{{{','.join(gateways.by_hand())}}}')"
    yield Invariant(
        "I-09",
        "nothing that people took in is at a provider",
        f"""
        SELECT payment_id FROM payments_ledgerentry WHERE account = 'clearing' AND {by_hand}
        GROUP BY payment_id HAVING sum(amount) <> 0
        """,
        "payment",
    )
    yield Invariant(
        "I-09",
        "what people took in is what they have noted",
        f"""
        SELECT p.id FROM payments_payment p LEFT JOIN payments_receipt r ON r.payment_id = p.id
        WHERE p.state = 'succeeded' AND p.{by_hand}
        GROUP BY p.id HAVING coalesce(sum(r.amount), 0) <> p.paid_amount
        """,
        "payment",
    )


def _journalled() -> Iterator[Invariant]:
    """I-18: every change of a state is in the journal, legal, and follows from the one before."""
    tables = ("orders_order", "payments_payment", "payments_refund", "payments_dispute", "payments_difference")
    for machine, table in zip((ORDER, PAYMENT, REFUND, DISPUTE, DIFFERENCE), tables):
        of_kind, pk = f"subject LIKE '{machine.name}:%'", _pk(machine.name)
        yield Invariant(
            "I-18",
            f"the journal of {machine.name} leads without a gap",
            f"""
            SELECT {pk} FROM (
                SELECT subject, from_state, lag(to_state) OVER (PARTITION BY subject ORDER BY id) AS before
                FROM core_journalentry WHERE {of_kind}) AS steps
            WHERE coalesce(before, '') <> from_state
            """,
            machine.name,
        )
        yield Invariant(
            "I-18",
            f"the last entry of the journal is the state of the {machine.name}",
            f"""
            SELECT t.id FROM {table} t WHERE t.state IS DISTINCT FROM (
                SELECT j.to_state FROM core_journalentry j WHERE j.subject = '{machine.name}:' || t.id
                ORDER BY j.id DESC LIMIT 1)
            """,
            machine.name,
        )
        yield Invariant(
            "I-18",
            f"every move of {machine.name} is one that its table allows",
            f"""
            SELECT {pk} FROM core_journalentry WHERE {of_kind} AND from_state NOT IN ('', to_state)
                AND (from_state, to_state) NOT IN (VALUES {_values(machine)})
            """,
            machine.name,
        )


def _values(machine: Machine) -> str:
    return ", ".join(f"('{was!s}', '{to!s}')" for was, targets in machine.moves.items() for to in sorted(targets))


def _carried_out(grace: timedelta) -> Iterator[Invariant]:
    """I-20 to I-22: what is due is done or shown, within the time of grace."""
    overdue = (clock.now() - grace).isoformat()
    for model in models_with_work():
        is_inbox = model._meta.label == "payments.Notification"
        # Of other work it may be that nothing is due; a notification always is.
        since = "greatest(due_at, received_at)" if is_inbox else "due_at"
        yield Invariant(
            "I-20" if is_inbox else "I-21",
            f"no {model._meta.verbose_name} that is due is left lying",
            f"""
            SELECT id FROM {model._meta.db_table}
            WHERE done_at IS NULL AND parked_at IS NULL AND {since} < '{overdue}'
                AND (claimed_until IS NULL OR claimed_until < '{overdue}')
            """,
            str(model._meta.model_name),
        )
    yield Invariant("I-22", "nothing is set aside without a person being told", alerts.untold(), "row")

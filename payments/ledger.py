"""Bookings: each a group of entries that add up to nothing. Written in the transaction of what they book, and once for each group.

============== ================================================= ===================
group           what happened                                     booked
============== ================================================= ===================
payment:<pk>    money came in and paid the order                  clearing / revenue
payment:<pk>    money came in that paid nothing                   clearing / shopper
refund:<pk>     money went back that had paid the order           refunds / clearing
refund:<pk>     money went back that had paid nothing             shopper / clearing
returned:<pk>   a refund was sent back by the payer's bank        the same, reversed
received:<pk>   a person took that payment in, not a provider     settled / clearing
paid_back:<pk>  a person paid that refund back                    clearing / settled
dispute:<pk>    a bank took a payment back                        disputed / clearing
won:<pk>        the store won that dispute                        clearing / disputed
movement:<pk>   the provider's statement says that money became   settled / clearing,
                the store's, less its fee                         fees / clearing
movement:<pk>   money that was refunded or taken back left it     clearing / settled,
                again, with what was given back of the fee        clearing / fees
============== ================================================= ===================

The first account is debited (its balance grows), the second credited. Money that people take in and pay back themselves
(``Gateway.by_hand``) is the store's at once, so that nothing of it is ever at a provider.
"""

from typing import Any

from django.db import connection

from core import clock
from payments.gateways import gateway
from payments.models import Dispute, LedgerEntry, Payment, Reconciliation, Refund

Account = LedgerEntry.Account

# Claims what is not booked yet and books it in one statement, so that of two who do so at once one books. A movement belongs to the
# payment whose number it names, or whose refund's or dispute's; of a refund that was sent back later both ways are booked. One in another
# currency than the payment is left for a person. A fee that belongs to nothing is booked by itself. What was paid out to the bank had
# become the store's before.
_BOOK_MOVEMENTS = """
WITH claimed AS (
    UPDATE payments_movementrow m SET booked_at = %(now)s
    FROM (
        SELECT m.id, coalesce(p.id, r.payment_id, d.payment_id) AS payment_id
        FROM payments_movementrow m
        LEFT JOIN payments_payment p ON p.store_id = m.store_id AND p.provider = m.provider
            AND p.transaction_id = m.provider_id AND p.state = 'succeeded'
        LEFT JOIN payments_refund r ON r.store_id = m.store_id AND r.provider_refund_id = m.provider_id AND r.succeeded_at IS NOT NULL
        LEFT JOIN payments_dispute d ON d.store_id = m.store_id AND d.provider_dispute_id = m.provider_id
        WHERE m.store_id = %(store)s AND m.provider = %(provider)s AND m.booked_at IS NULL AND m.kind <> 'payout'
    ) AS due
    LEFT JOIN payments_payment of ON of.id = due.payment_id
    WHERE m.id = due.id AND m.booked_at IS NULL
        AND (of.currency = m.currency OR (of.id IS NULL AND m.provider_id = '' AND m.amount = 0))
    RETURNING m.id, m.store_id, m.provider, m.currency, m.amount, m.fee, due.payment_id
)
INSERT INTO payments_ledgerentry (store_id, "group", account, amount, currency, provider, payment_id, at)
SELECT store_id, 'movement:' || id, side.account, side.amount, currency, provider, payment_id, %(now)s
FROM claimed, LATERAL (VALUES ('clearing', -amount), ('settled', amount - fee), ('fees', fee)) AS side(account, amount)
WHERE side.amount <> 0 ORDER BY id
"""


def book_movements(reconciliation: Reconciliation) -> None:
    """Book what the provider's statements say became the store's, or left it, and the fees; each movement once, of any day so far.

    Inside the caller's transaction. A movement of a payment that nobody here knows yet waits until somebody does.
    """
    values: dict[str, Any] = {"store": reconciliation.store_id, "provider": reconciliation.provider, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_BOOK_MOVEMENTS, values)


def book_payment(payment: Payment, amount: int) -> None:
    """Money has come in: earned when the payment settles its order, else owed back. Minor units."""
    book(f"payment:{payment.pk}", payment, Account.CLEARING, _against(payment, Account.REVENUE), amount)
    if gateway(payment.provider).by_hand:
        book(f"received:{payment.pk}", payment, Account.SETTLED, Account.CLEARING, amount)


def book_refund(refund: Refund) -> None:
    """Money has gone back."""
    payment = refund.payment
    book(f"refund:{refund.pk}", payment, _against(payment, Account.REFUNDS), Account.CLEARING, refund.amount)
    if gateway(payment.provider).by_hand:
        book(f"paid_back:{refund.pk}", payment, Account.CLEARING, Account.SETTLED, refund.amount)


def book_returned_refund(refund: Refund) -> None:
    """Money that had gone back has come again."""
    payment = refund.payment
    book(f"returned:{refund.pk}", payment, Account.CLEARING, _against(payment, Account.REFUNDS), refund.amount)


def book_dispute(dispute: Dispute) -> None:
    """A bank has taken a payment back."""
    book(f"dispute:{dispute.pk}", dispute.payment, Account.DISPUTED, Account.CLEARING, dispute.amount)


def book_won_dispute(dispute: Dispute) -> None:
    """It has given it to the store again."""
    book(f"won:{dispute.pk}", dispute.payment, Account.CLEARING, Account.DISPUTED, dispute.amount)


def book(group: str, payment: Payment, debit: LedgerEntry.Account, credit: LedgerEntry.Account, amount: int) -> None:
    """Book ``amount`` (minor units) from ``credit`` to ``debit``. Nothing is booked for nothing. Raises IntegrityError the second time."""
    if not amount:
        return
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            store_id=payment.store_id, group=group, account=account, amount=signed, currency=payment.currency,
            provider=payment.provider, payment=payment,
        )
        for account, signed in ((debit, amount), (credit, -amount))
    )  # fmt: skip


def _against(payment: Payment, account: LedgerEntry.Account) -> LedgerEntry.Account:
    """Of a payment that paid its order that account, of another one the shopper's."""
    return account if payment.settles else Account.SHOPPER

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
============== ================================================= ===================

The first account is debited (its balance grows), the second credited. Money that people take in and pay back themselves
(``Gateway.by_hand``) is the store's at once, so that nothing of it is ever at a provider.
"""

from payments.gateways import gateway
from payments.models import Dispute, LedgerEntry, Payment, Refund

Account = LedgerEntry.Account


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

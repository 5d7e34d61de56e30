"""Bookings: each a group of entries that add up to nothing. Written in the transaction of what they book."""

from payments.models import LedgerEntry, Payment, Refund

Account = LedgerEntry.Account


def book_payment(payment: Payment, amount: int) -> None:
    """Money has come in: earned when the payment settles its order, else owed back."""
    against = Account.SALES if payment.settles else Account.OWED_BACK
    _book(f"payment:{payment.pk}", payment, {Account.PROVIDER: amount, against: -amount})


def book_refund(refund: Refund) -> None:
    """Money has gone back."""
    against = Account.SALES if refund.payment.settles else Account.OWED_BACK
    _book(f"refund:{refund.pk}", refund.payment, {against: refund.amount, Account.PROVIDER: -refund.amount})


def _book(group: str, payment: Payment, amounts: dict[LedgerEntry.Account, int]) -> None:
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            store_id=payment.store_id,
            group=group,
            account=account,
            amount=amount,
            currency=payment.currency,
            payment=payment,
        )
        for account, amount in amounts.items()
        if amount
    )

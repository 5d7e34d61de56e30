"""Disputes: the payer's bank takes a payment back, and gives it again when the store wins."""

from core import clock
from core.states import record
from orders import holding
from payments import ledger, troubles
from payments.gateways import DisputeReport
from payments.models import Dispute, Payment
from payments.states import DISPUTE, lock_payment
from payments.verdicts import DISPUTE_LOST, DISPUTE_WON, DISPUTED, KNOWN, UNKNOWN_NUMBER, Doubtful


def take_in(provider: str, report: DisputeReport, *, actor: str) -> str:
    """Take in how a dispute stands, inside the caller's transaction; a verdict in words. Raises Doubtful.

    The order is shown to a person; the books move once when the money is taken, and once more when it comes back.
    """
    payment = lock_payment(provider, report.number)
    if payment is None or payment.state != Payment.State.SUCCEEDED or report.currency != payment.currency:
        raise Doubtful(UNKNOWN_NUMBER)
    # Of this payment, which is the one that is locked: its own is not read once more, and another's is not touched.
    dispute = payment.disputes.filter(provider_dispute_id=report.dispute_id).first()
    if dispute is None:
        dispute = _open(payment, report, actor)
    if dispute.state == report.state or report.state == "open":
        return DISPUTED if report.state == "open" else KNOWN
    DISPUTE.move(dispute, report.state, actor=actor, closed_at=clock.now())
    if report.state == "won":
        ledger.book_won_dispute(dispute)
        troubles.over(payment.order_id, DISPUTED)
        return DISPUTE_WON
    holding.hold(payment.order_id, payment.store_id, DISPUTE_LOST)
    return DISPUTE_LOST


def _open(payment: Payment, report: DisputeReport, actor: str) -> Dispute:
    dispute: Dispute = Dispute.objects.create(
        store_id=payment.store_id, payment=payment, provider_dispute_id=report.dispute_id, amount=report.amount,
        currency=report.currency, reason=report.reason[:80],
    )  # fmt: skip
    record(dispute, "dispute", actor=actor, to=dispute.state, why=report.reason, data={"amount": report.amount})
    ledger.book_dispute(dispute)
    holding.hold(payment.order_id, payment.store_id, DISPUTED)
    return dispute

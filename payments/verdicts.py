"""What is said about money that was told of: in words that are translated where they are shown."""

from django.utils.translation import gettext_noop

SETTLED = gettext_noop("Paid the order.")
REOPENED = gettext_noop("Paid after the order was cancelled; its goods could be had, and it is open again.")
KNOWN = gettext_noop("Was known already.")
LATE = gettext_noop("Paid after the order was cancelled; goes back by itself.")
DOUBLE = gettext_noop("The order had been paid already; goes back by itself.")
WRONG_AMOUNT = gettext_noop("Not the amount of the order; goes back by itself.")
# Of money that staff take in (payments.by_hand).
INCOMPLETE = gettext_noop("Not the amount of the order; wait for the rest, or give it back.")

REFUNDED = gettext_noop("Refunded.")
UNDER_WAY = gettext_noop("Accepted; not yet refunded.")
REFUND_FAILED = gettext_noop("A refund did not succeed.")
ELSEWHERE = gettext_noop("A refund that was made at the provider; taken in.")

DISPUTED = gettext_noop("The payer's bank takes the payment back.")
DISPUTE_WON = gettext_noop("The dispute was won.")
DISPUTE_LOST = gettext_noop("The dispute was lost.")

UNKNOWN_NUMBER = gettext_noop("Nothing in this store has this number.")
NOT_READABLE = gettext_noop("Its content cannot be read.")
NOTHING_TO_DO = gettext_noop("Changes nothing here.")

DOUBT_IDENTITY = gettext_noop("App, merchant or payer are not those of the payment.")
DOUBT_AMOUNT = gettext_noop("The amount is not that of the payment.")
DOUBT_CURRENCY = gettext_noop("The currency is not that of the payment.")
DOUBT_NUMBER = gettext_noop("This payment was made by another transaction.")
DOUBT_REFUND = gettext_noop("Merchant, number or amount are not those of the refund.")
DOUBT_REFUND_TOO_MUCH = gettext_noop("More would have gone back than came in.")


class Doubtful(Exception):
    """What was told does not fit what is known. Nothing has changed; a person has to look. The text is one of the words above, or the
    provider's own."""

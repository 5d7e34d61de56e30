"""A Stripe that remembers: payment intents, refunds, disputes, the balance, events and signed webhooks.

Everything is a JSON document as the API shows it (`documents`); `intents`, `charges`, `refunds`, `disputes`,
`payouts` and `ledger` change them, `surface` is the API's own manners (keys, forms, errors, idempotency).
"""

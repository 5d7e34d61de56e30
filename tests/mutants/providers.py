"""Faults at the door for providers, and in calling them."""

from tests.mutants.mutant import Mutant

DOOR = "tests/payments/test_notification_door.py"
CERTIFICATES = "tests/payments/test_refreshing_certificates.py"

MUTANTS = (
    Mutant(
        "signature not checked",
        "Anybody pays any order by a request of their own.",
        "payments/wechatpay/signing.py",
        "            key.verify(signature, message, PKCS1v15(), hashes.SHA256())\n",
        "            pass\n",
        (f"{DOOR}::test_another_key",),
    ),
    Mutant(
        "moment not checked",
        "A notification that somebody recorded can be sent again for ever.",
        "payments/wechatpay/signing.py",
        "        if abs(now.timestamp() - int(self.timestamp)) >= WINDOW.total_seconds():\n",
        "        if False:\n",
        (f"{DOOR}::test_a_replay",),
    ),
    Mutant(
        "certificate fetched on request",
        "Every forged serial number has the site call WeChat Pay.",
        "payments/wechatpay/keys.py",
        "        if pem is None:\n",
        "        if pem is None:\n"
        "            from payments.wechatpay import certificates as fetching\n\n"
        "            fetching.refresh(account)\n",
        (f"{CERTIFICATES}::test_an_unknown_serial_number_fetches_nothing",),
    ),
    Mutant(
        "expired certificate accepted",
        "Whoever gets hold of an old key of the platform can pay any order.",
        "payments/wechatpay/keys.py",
        "        if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:\n",
        "        if False:\n",
        (f"{DOOR}::test_a_certificate_that_is_not_valid_now",),
    ),
    Mutant(
        "answer not verified",
        "Anybody on the way to the provider answers in its name that an order was paid.",
        "payments/wechatpay/client.py",
        "        now = clock.now()\n        try:\n            seal = signing.Seal.of(answer.headers)\n",
        "        return\n        now = clock.now()\n        try:\n            seal = signing.Seal.of(answer.headers)\n",
        ("tests/payments/test_two_hosts.py::test_an_answer_that_cannot_be_verified_is_not_asked_for_again",),
    ),
    Mutant(
        "answer of any age",
        "Whoever recorded that an order was closed sends it again when it has been paid.",
        "payments/wechatpay/client.py",
        "            seal.check_time(now)\n",
        "            pass\n",
        ("tests/payments/test_verifying_answers.py::test_not_believed_and_not_asked_for_again",),
    ),
    Mutant(
        "acknowledged and not stored",
        "The database refuses, the provider hears that all is well, and never tells again.",
        "payments/views.py",
        "    except IntegrityError:\n",
        "    except Exception:\n",
        (f"{DOOR}::test_what_cannot_be_stored_is_not_acknowledged",),
    ),
    Mutant(
        "refund asked for twice at once",
        "A refund that takes the provider long is sent to its other host as well.",
        "payments/wechatpay/client.py",
        '    "refund": Patience(20, 25, persists=False),\n',
        '    "refund": Patience(20, 25, persists=True),\n',
        ("tests/payments/test_two_hosts.py::test_a_refund_that_timed_out_is_not_asked_for_again",),
    ),
    Mutant(
        "breaker never opens",
        "While a provider is down, every shopper who pays waits for the whole time-out.",
        "core/breaker.py",
        "            opens = not self._open and self._failures >= FAILURES\n",
        "            opens = False\n",
        ("tests/core/test_breaker.py::test_it_opens_after_some_failures_in_a_row",),
    ),
    Mutant(
        "bill not proved",
        "A bill that was cut short or exchanged on the way is taken for the provider's.",
        "payments/wechatpay/client.py",
        "        if bills.digest(file) != proof.lower():\n",
        "        if False:\n",
        ("tests/payments/test_fetching_bills.py::test_a_file_that_is_not_the_one_that_was_announced",),
    ),
)  # fmt: skip

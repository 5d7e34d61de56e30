"""The page *Differences* shows both sides, leads to the order, and closes: asked, booked, explained one by one or many at once."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from dashboards.exporting import cell
from payments.gateways import RefundReport, StatementLine
from payments.models import Difference, Payment, Refund
from shop.models import Shopper, Store
from tests.conftest import make_shopper
from tests.dashboards.conftest import owner_of
from tests.support.statements import DAY, NOON, Counter, kinds, line_of, paid_orders, reconcile


@pytest.fixture
def staff(store: Store) -> Client:
    return owner_of(store)


@pytest.fixture
def payments(store: Store, shopper: Shopper, counter: Counter) -> list[Payment]:
    """Three payments: one with another amount, one that is not listed, one that went back by hand."""
    found = paid_orders(store, shopper, 3)
    back = StatementLine("refund", "by-hand", "back-1", found[2].number, 2500, "CNY", "succeeded", 0, NOON)
    counter.lines = [line_of(found[0], amount=1), line_of(found[2]), back]
    reconcile(store)
    return found


def of(kind: str) -> Difference:
    return Difference.objects.get(kind=kind)


def test_both_sides_and_the_order(staff: Client, payments: list[Payment]) -> None:
    page = staff.get("/ops/differences/").content.decode()

    for payment in payments:
        assert payment.order.number in page
    assert "¥100.00" in page
    assert "¥0.01" in page
    assert "Nothing in the statement." in page
    assert "Nothing here." in page
    assert "Counter was asked" in page


def test_asked_again_and_taken_in(staff: Client, payments: list[Payment], counter: Counter) -> None:
    url = f"/ops/differences/{of('refund').public_id}/ask/"
    answer = staff.post(url, {"here": "/ops/differences/?kind=refund"}, follow=True)
    assert kinds() == ["amount", "missing_there", "refund"]
    assert "no such refund" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/ops/differences/?kind=refund"

    counter.refunds["by-hand"] = RefundReport(
        "by-hand", "succeeded", 2500, "back-1", NOON, payment_number=payments[2].number
    )
    staff.post(url)

    assert kinds() == ["amount", "missing_there"]
    assert Refund.objects.get().state == "succeeded"


def test_booked(staff: Client, payments: list[Payment]) -> None:
    staff.post(f"/ops/differences/{of('refund').public_id}/book/")

    assert Refund.objects.get().amount == 2500
    assert kinds() == ["amount", "missing_there"]
    page = staff.get(f"/ops/orders/{payments[2].order.public_id}/").content.decode()
    assert "Booked on the statement&#x27;s word." in page


def test_what_cannot_be_booked_is_told(staff: Client, payments: list[Payment]) -> None:
    answer = staff.post(f"/ops/differences/{of('amount').public_id}/book/", follow=True)

    assert "This cannot be booked" in answer.content.decode()
    assert not Refund.objects.exists()


def test_many_are_explained_with_one_word(staff: Client, payments: list[Payment]) -> None:
    chosen = [of("amount").public_id, of("missing_there").public_id]

    answer = staff.post("/ops/differences/explain/", {"difference": chosen, "word": "a test"}, follow=True)

    assert "2 differences explained." in answer.content.decode()
    assert kinds() == ["refund"]
    page = staff.get("/ops/differences/", {"state": "explained"}).content.decode()
    assert "a test" in page
    assert "Mei" in page


@pytest.mark.parametrize("data", [{"word": "a test"}, {"word": " "}, {}])
def test_nothing_is_explained_without_word_and_tick(
    staff: Client, payments: list[Payment], data: dict[str, str]
) -> None:
    ticked = {"difference": [of("amount").public_id]} if data.get("word") == " " else {}

    staff.post("/ops/differences/explain/", data | ticked)

    assert len(kinds()) == 3


def test_filters(staff: Client, payments: list[Payment]) -> None:
    def shown(**query: str) -> list[str]:
        return sorted(entry.row.kind for entry in staff.get("/ops/differences/", query).context["rows"])

    assert shown() == ["amount", "missing_there", "refund"]
    assert shown(kind="refund") == ["refund"]
    assert shown(provider="wechatpay") == []
    assert shown(provider="counter") == ["amount", "missing_there", "refund"]
    before = str(DAY - timedelta(days=1))
    assert shown(**{"from": before, "to": before}) == []
    assert len(shown(**{"from": str(DAY), "to": str(DAY)})) == 3
    assert shown(state="explained") == []
    assert len(shown(state="all")) == 3


def test_pages_follow_each_other(staff: Client, store: Store, shopper: Shopper, counter: Counter) -> None:
    paid_orders(store, shopper, 60)
    reconcile(store)

    first = staff.get("/ops/differences/").context
    second = staff.get("/ops/differences/", {"after": str(first["go_on"])}).context

    assert [len(page["rows"]) for page in (first, second)] == [50, 10]
    assert len({entry.row.pk for page in (first, second) for entry in page["rows"]}) == 60
    assert second["go_on"] is None


class TestOtherStores:
    @pytest.fixture
    def theirs(self, other_store: Store, counter: Counter, store: Store, payments: list[Payment]) -> Difference:
        with scope(store=other_store):
            paid_orders(other_store, make_shopper(other_store), 1)
            counter.lines = []
            reconcile(other_store)
            return Difference.objects.get()

    def test_are_not_shown(self, staff: Client, theirs: Difference) -> None:
        assert len(staff.get("/ops/differences/", {"state": "all"}).context["rows"]) == 3
        assert staff.get("/ops/differences/", {"store": "books"}).status_code == 404

    def test_cannot_be_touched(self, staff: Client, theirs: Difference) -> None:
        own, asked_at = of("amount").public_id, theirs.asked_at
        assert staff.post(f"/ops/differences/{theirs.public_id}/ask/").status_code == 404
        assert staff.post(f"/ops/differences/{theirs.public_id}/book/").status_code == 404
        data = {"difference": [own, theirs.public_id], "word": "a test"}
        assert staff.post("/ops/differences/explain/", data).status_code == 404

        assert len(kinds()) == 3, "of those that were one's own nothing was closed either"
        with scopes_disabled():
            theirs.refresh_from_db()
        assert (theirs.state, theirs.asked_at) == ("open", asked_at)

    def test_are_not_in_the_admin(self, staff: Client, theirs: Difference) -> None:
        assert staff.get(f"/admin/payments/difference/{theirs.pk}/change/").status_code == 404
        page = staff.get("/admin/payments/difference/").content.decode()
        assert theirs.subject not in page
        assert of("amount").subject in page


def test_the_admin_only_shows(staff: Client, payments: list[Payment]) -> None:
    row = of("amount")
    assert staff.get(f"/admin/payments/difference/{row.pk}/change/").status_code == 200
    assert staff.get(f"/admin/payments/difference/{row.pk}/delete/").status_code == 403
    assert staff.get("/admin/payments/difference/add/").status_code == 403
    day = row.reconciliation
    assert staff.get("/admin/payments/reconciliation/").status_code == 200
    page = staff.get(f"/admin/payments/reconciliation/{day.pk}/change/").content.decode()
    assert "counter" in page
    staff.post(f"/admin/payments/difference/{row.pk}/change/", {"state": "explained"})
    assert of("amount").state == "open"


def test_only_posts_change_anything(staff: Client, payments: list[Payment]) -> None:
    for path in (f"{of('refund').public_id}/ask/", f"{of('refund').public_id}/book/", "explain/"):
        assert staff.get(f"/ops/differences/{path}").status_code == 405


def test_nobody_is_sent_elsewhere_afterwards(staff: Client, payments: list[Payment]) -> None:
    answer = staff.post(f"/ops/differences/{of('amount').public_id}/ask/", {"here": "https://elsewhere.example/"})

    assert answer["Location"] == "/ops/differences/"


class TestFile:
    def read(self, client: Client) -> list[dict[str, str]]:
        answer = client.get("/ops/differences/", {"format": "csv", "state": "all"})
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def test_has_both_sides(self, staff: Client, payments: list[Payment]) -> None:
        (row,) = (row for row in self.read(staff) if row["Kind"] == "another amount")

        assert (row["Amount here"], row["Amount there"], row["Currency"]) == ("100.00", "0.01", "CNY")
        assert row["Order"] == payments[0].order.number

    def test_texts_cannot_become_formulas(self, staff: Client, payments: list[Payment]) -> None:
        staff.post("/ops/differences/explain/", {"difference": [of("amount").public_id], "word": "=HYPERLINK(1)"})

        (row,) = (row for row in self.read(staff) if row["Explanation"])
        assert row["Explanation"] == "'=HYPERLINK(1)"

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1"])
    def test_no_text_begins_as_a_formula(self, text: str) -> None:
        assert cell(text) == f"'{text}"


def test_what_a_number_of_the_statement_holds_is_shown_as_text(
    staff: Client, store: Store, counter: Counter, payments: list[Payment]
) -> None:
    counter.lines.append(
        replace(counter.lines[0], provider_id="<b>t</b>", number="<script>", payment_number="<script>", amount=5)
    )
    reconcile(store)

    page = staff.get("/ops/differences/").content.decode()

    assert "<b>t</b>" not in page
    assert "&lt;script&gt;" in page

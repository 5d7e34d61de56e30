"""A state changes along its table, by compare-and-set, with a journal row; the second of two changes is refused."""

import pytest

from core.models import JournalEntry
from core.states import IllegalMove, Machine, StaleState
from shop.models import Product, Store

MACHINE = Machine("product", {"draft": frozenset({"active"}), "active": frozenset({"archived"})}, field="status")


@pytest.fixture
def product(store: Store) -> Product:
    product: Product = Product.objects.create(store=store, handle="tea", title_en="Tea")
    return product


def test_a_legal_move_is_made_and_journalled(product: Product) -> None:
    MACHINE.move(product, "active", actor="staff:1", why="season", title_en="Spring tea")

    product.refresh_from_db()
    assert (product.status, product.title_en) == ("active", "Spring tea")
    entry = JournalEntry.objects.get()
    assert (entry.subject, entry.from_state, entry.to_state, entry.actor, entry.why) == (
        f"product:{product.pk}", "draft", "active", "staff:1", "season",
    )  # fmt: skip


def test_an_illegal_move_is_refused_and_changes_nothing(product: Product) -> None:
    with pytest.raises(IllegalMove):
        MACHINE.move(product, "archived", actor="staff:1")

    product.refresh_from_db()
    assert product.status == "draft"
    assert not JournalEntry.objects.exists()


def test_who_comes_second_is_told_so(product: Product) -> None:
    seen_by_another = Product.objects.get(pk=product.pk)
    MACHINE.move(product, "active", actor="staff:1")

    with pytest.raises(StaleState):
        MACHINE.move(seen_by_another, "active", actor="staff:2")
    assert JournalEntry.objects.count() == 1

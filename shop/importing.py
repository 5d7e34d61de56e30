"""Importing a product file: a plan of what it would do, then the doing; importing it again changes nothing.

A plan is the import itself, rolled back, so that it cannot promise anything else. What the file says of texts, prices and options is
taken over; variants and pictures that it does not name stay; stock is set for new variants alone, since that of others has moved on.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, duework
from core.duework import handles
from shop import shopify_csv
from shop.importing_batch import Batch
from shop.models import Picture, ProductImport, Store
from shop.shopify_csv import NoProductFile, ReadProduct, Remark

BATCH = 200

Progress = Callable[[int, int], None]


@dataclass
class Report:
    """What an import did, or would do: products and variants by outcome, and remarks by line."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    variants: int = 0
    pictures: int = 0
    applied: bool = False
    rows: list[Remark] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it is stored and shown: ``rows`` as plain dicts, in the order of the file."""
        return asdict(self) | {"rows": [asdict(row) for row in sorted(self.rows, key=lambda row: row.line)]}


class _Undo(Exception):
    """Carries a plan out of the transaction that must not commit."""


def import_products(
    store: Store,
    content: bytes,
    *,
    actor: str,
    all_or_nothing: bool = False,
    dry_run: bool = False,
    pictures: Path | None = None,
    progress: Progress = lambda done, of: None,
) -> Report:
    """Import the file into the store; with ``dry_run`` only say what it would do.

    ``pictures`` is the folder in which relative names of pictures are looked up. With ``all_or_nothing`` one bad row means that nothing
    is imported. Raises NoProductFile when the file cannot be read at all.
    """
    file = shopify_csv.read(content, store.currency)
    report = Report(rows=list(file.remarks))
    # Of a product, the first of its lines that is wrong stops it.
    report.failed = len({remark.handle or remark.line for remark in file.errors})
    if all_or_nothing and report.failed and not dry_run:
        return report
    whole = dry_run or all_or_nothing
    try:
        # In one piece where it may have to be undone; else batch by batch, so that its progress is seen and a long file locks nobody out.
        with transaction.atomic() if whole else nullcontext():
            for done, products in enumerate(_batches(file.products)):
                with transaction.atomic():
                    # Two imports of one store take turns, or both would create the same products.
                    Store.objects.select_for_update(no_key=True).get(pk=store.pk)
                    _import_batch(Batch(store, actor, None if dry_run else pictures, dry_run), products, report)
                progress(min((done + 1) * BATCH, len(file.products)), len(file.products))
            if dry_run or (all_or_nothing and report.failed):
                raise _Undo
    except _Undo:
        if not dry_run:
            report.created = report.updated = report.unchanged = report.variants = report.pictures = 0
    else:
        report.applied = True
    return report


def _batches(products: list[ReadProduct]) -> Iterable[list[ReadProduct]]:
    return (products[start : start + BATCH] for start in range(0, len(products), BATCH))


def _import_batch(batch: Batch, products: list[ReadProduct], report: Report) -> None:
    outcome = batch.write(products)
    report.created += outcome.created
    report.updated += outcome.updated
    report.unchanged += outcome.unchanged
    report.variants += outcome.variants
    report.pictures += outcome.pictures
    report.failed += outcome.failed
    report.rows += outcome.remarks


def add_picture_notes(report: Report, store: Store) -> None:
    """Note the pictures named in the report's store that could not be had, with the reason."""
    for picture in Picture.objects.filter(store=store, state=Picture.State.FAILED).exclude(source_url=""):
        text = _("The picture %(url)s could not be had: %(why)s") % {"url": picture.source_url, "why": picture.note}
        report.rows.append(Remark(0, "", "note", text))


# -- in the admin: the same as due work


@handles(ProductImport, lease=600, max_attempts=2)
def carry_out(row: ProductImport) -> None:
    """Plan an uploaded file, or import a planned one that somebody said yes to."""
    planning = row.state == ProductImport.State.PLANNING
    with row.file.open() as file:
        content = file.read(shopify_csv.LARGEST_FILE + 1)

    def note_progress(done: int, of: int) -> None:
        ProductImport.objects.filter(pk=row.pk).update(progress=100 * done // max(of, 1))

    try:
        report = import_products(
            row.store,
            content,
            actor=f"staff:{row.created_by_id}" if row.created_by_id else "system",
            all_or_nothing=row.mode == ProductImport.Mode.ALL_OR_NOTHING,
            dry_run=planning,
            progress=note_progress,
        )
    except NoProductFile as error:
        report = Report(rows=[Remark(1, "", "error", str(error))], failed=1)
    # A worker that dies before this line imports once more, which changes nothing.
    if planning:
        done = (
            ProductImport.State.PLANNED
            if report.created + report.updated + report.unchanged
            else ProductImport.State.FAILED
        )
    else:
        done = ProductImport.State.DONE if report.applied else ProductImport.State.FAILED
    with transaction.atomic():
        _conclude(row, done, report.document())


def _conclude(row: ProductImport, state: str, report: dict[str, Any]) -> None:
    row.finish()
    ProductImport.objects.filter(pk=row.pk).update(state=state, report=report, progress=100)


def start_planning(row: ProductImport) -> None:
    """Have the uploaded file read by a worker."""
    _make_due(row, ProductImport.State.PLANNING, {ProductImport.State.PLANNING, ProductImport.State.FAILED})


def start_importing(row: ProductImport) -> bool:
    """Have the planned file imported by a worker. False when somebody has said so already."""
    return _make_due(row, ProductImport.State.IMPORTING, {ProductImport.State.PLANNED})


def _make_due(row: ProductImport, state: str, from_states: set[str]) -> bool:
    with transaction.atomic():
        changed = ProductImport.objects.filter(pk=row.pk, state__in=from_states).update(
            state=state, due_at=clock.now(), done_at=None, parked_at=None, attempts=0, progress=0
        )
        if changed:
            duework.ring(row)
    return bool(changed)

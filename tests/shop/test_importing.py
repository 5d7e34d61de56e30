"""A product file becomes products; importing it again changes nothing; a bad row is told with its line, and stops its product or all."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django_scopes import scope

from core import duework
from shop import importing
from shop.importing import import_products
from shop.models import Category, Picture, Product, ProductImport, Stock, StockMovement, Store, Variant
from shop.shopify_csv import NoProductFile
from tests.support.catalogue import make_product

PROJECT = Path(__file__).resolve().parents[2]
DEMO_FILE = PROJECT / "demo" / "catalogue" / "products.csv"
EXPORT = Path(__file__).with_name("shopify_export.csv")
COLUMNS = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value", "Option2 Name",
    "Option2 Value", "Variant SKU", "Variant Grams", "Variant Inventory Qty", "Variant Price", "Variant Compare At Price", "Image Src",
    "Title (zh-Hans)",
)  # fmt: skip


def product_file(*rows: dict[str, Any]) -> bytes:
    """A file with those columns; each row is given by the cells that are not empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def tea(**cells: Any) -> dict[str, Any]:
    return {
        "Handle": "tea",
        "Title": "Tea",
        "Variant Price": "12.50",
        "Variant Inventory Qty": "7",
        "Published": "true",
    } | cells


def run(store: Store, content: bytes, **options: Any) -> importing.Report:
    return importing.import_products(store, content, actor="system", **options)


def errors(report: importing.Report) -> list[tuple[int, str]]:
    return [(row.line, row.message) for row in report.rows if row.level == "error"]


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Product, Variant, Stock, StockMovement, Category, Picture)
    ]


def test_a_product_with_two_options_is_imported_whole(store: Store) -> None:
    first = tea(
        **{
            "Option1 Name": "Size", "Option1 Value": "50 g", "Option2 Name": "Colour", "Option2 Value": "red", "Type": "Green tea",
            "Tags": "spring, loose, spring", "Variant Compare At Price": "15", "Variant SKU": "T-1", "Title (zh-Hans)": "茶",
            "Body (HTML)": '<p onclick="x()">Fine<script>alert(1)</script></p>', "Variant Grams": "60",
        }
    )  # fmt: skip
    second = {
        "Handle": "tea",
        "Option1 Value": "100 g",
        "Option2 Value": "red",
        "Variant Price": "20",
        "Variant SKU": "T-2",
    }

    report = run(store, product_file(first, second))

    assert (report.created, report.failed, report.variants, report.rows) == (1, 0, 2, [])
    product = Product.objects.get()
    assert (product.title_en, product.title_zh, product.status) == ("Tea", "茶", "active")
    assert product.description_en == "<p>Fine</p>"
    assert product.tags == ["spring", "loose"]
    assert product.category is not None
    assert product.category.name_en == "Green tea"
    assert (product.price_min, product.price_max, product.compare_at_min) == (1250, 2000, 1500)
    assert [(row.sku, row.price, row.grams) for row in product.variants.all()] == [("T-1", 1250, 60), ("T-2", 2000, 0)]
    assert [option.name_en for option in product.options.all()] == ["Size", "Colour"]
    assert Stock.objects.get(variant__sku="T-1").on_hand == 7
    assert StockMovement.objects.get().on_hand_delta == 7, "each movement has its row"


def test_importing_again_changes_nothing(store: Store) -> None:
    content = DEMO_FILE.read_bytes()
    run(store, content)
    before = everything()

    report = run(store, content)

    assert (report.created, report.updated, report.variants) == (0, 0, 0)
    assert everything() == before


def test_what_has_changed_in_the_file_is_taken_over_and_stock_stays(store: Store) -> None:
    run(store, product_file(tea()))
    Stock.objects.update(on_hand=3)

    report = run(store, product_file(tea(**{"Title": "Better tea", "Variant Price": "14.00"})))

    assert (report.created, report.updated) == (0, 1)
    product = Product.objects.get()
    assert (product.title_en, product.price_min) == ("Better tea", 1400)
    assert Stock.objects.get().on_hand == 3, "what was sold since does not come back"


def test_a_plan_says_what_would_happen_and_does_nothing(store: Store) -> None:
    content = DEMO_FILE.read_bytes()
    before = everything()

    plan = run(store, content, dry_run=True)

    assert everything() == before
    assert not plan.applied
    done = run(store, content)
    assert (plan.created, plan.variants) == (done.created, done.variants) == (done.created, 199)


BAD = {
    "no title": (tea(Title=""), "no title"),
    "no price": (tea(**{"Variant Price": ""}), "Variant Price is missing"),
    "a price that is none": (tea(**{"Variant Price": "12,5O"}), "an amount such as"),
    "a negative price": (tea(**{"Variant Price": "-1"}), "an amount such as"),
    "too many decimals": (tea(**{"Variant Price": "1.005"}), "an amount such as"),
    "an endless price": (tea(**{"Variant Price": "1e300"}), "an amount such as"),
    "negative stock": (tea(**{"Variant Inventory Qty": "-3"}), "0 to"),
    "half a piece": (tea(**{"Variant Inventory Qty": "1.5"}), "a whole number"),
    "endless stock": (tea(**{"Variant Inventory Qty": "99999999999"}), "0 to"),
    "weight in words": (tea(**{"Variant Grams": "heavy"}), "a number"),
    "an option without value": (
        tea(**{"Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "Colour"}),
        "Option2 Value",
    ),
}


@pytest.mark.parametrize(("row", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_told_with_its_line_and_the_rest_is_imported(
    store: Store, row: dict[str, Any], reason: str
) -> None:
    good = tea(Handle="cup", Title="Cup")

    report = run(store, product_file(good, row))

    assert [line for line, _message in errors(report)] == [3]
    assert reason in errors(report)[0][1]
    assert (report.created, report.failed) == (1, 1)
    assert Product.objects.get().handle == "cup"


def test_all_or_nothing_imports_nothing_when_a_row_is_bad(store: Store) -> None:
    before = everything()

    report = run(
        store, product_file(tea(Handle="cup", Title="Cup"), tea(**{"Variant Price": "x"})), all_or_nothing=True
    )

    assert not report.applied
    assert (report.created, report.failed) == (0, 1)
    assert everything() == before


def test_a_combination_that_stands_there_twice_is_an_error(store: Store) -> None:
    size = {"Option1 Name": "Size", "Option1 Value": "S"}

    report = run(store, product_file(tea(**size), {"Handle": "tea", "Option1 Value": "s", "Variant Price": "1"}))

    assert errors(report) == [(3, "The variant s stands in line 2 already.")]
    assert not Product.objects.exists()


def test_an_sku_belongs_to_one_product(store: Store) -> None:
    make_product(store, "Old").variants.update(sku="A-1")

    report = run(
        store,
        product_file(
            tea(**{"Variant SKU": "A-1"}),
            tea(Handle="b", **{"Variant SKU": "B-1"}),
            tea(Handle="c", **{"Variant SKU": "B-1"}),
        ),
    )

    assert [line for line, _message in sorted(errors(report))] == [2, 4]
    assert report.failed == 2
    assert set(Product.objects.values_list("handle", flat=True)) >= {"b"}


def test_another_stores_products_are_neither_found_nor_touched(store: Store, other_store: Store) -> None:
    theirs = make_product(other_store, "Their tea", handle="tea")
    with scope(store=other_store):
        theirs.variants.update(sku="A-1")

    report = run(store, product_file(tea(**{"Variant SKU": "A-1"})))

    assert report.created == 1
    theirs.refresh_from_db()
    assert theirs.title_en == "Their tea"


def test_a_compare_at_price_below_the_price_is_left_out_with_a_note(store: Store) -> None:
    report = run(store, product_file(tea(**{"Variant Compare At Price": "3"})))

    assert [(row.line, row.level) for row in report.rows] == [(2, "note")]
    assert Variant.objects.get().compare_at_price is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_files_from_any_spreadsheet_are_read(store: Store, encoding: str) -> None:
    content = product_file(tea(**{"Title (zh-Hans)": "龙井"})).decode().encode(encoding)

    run(store, content)

    assert Product.objects.get().title_zh == "龙井"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"\xff\xfe\x00",
        b"a,b\n1,2\n",
        b"PK\x03\x04" + bytes(range(256)) * 9,
        b'Handle,Title\n"' + b"x" * 200_000,
    ],
    ids=["empty", "binary", "half utf-16", "another table", "a spreadsheet", "an endless cell"],
)
def test_what_is_no_product_file_is_refused_in_words(store: Store, content: bytes) -> None:
    with pytest.raises(NoProductFile):
        run(store, content)


def test_pictures_come_from_the_folder_and_never_from_outside_it(store: Store, tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "in").mkdir()
    Image.new("RGB", (400, 400), "green").save(tmp_path / "in" / "tea.png")
    Image.new("RGB", (400, 400), "red").save(tmp_path / "secret.png")
    rows = [
        tea(**{"Image Src": "tea.png"}),
        {"Handle": "tea", "Image Src": "../secret.png"},
        {"Handle": "tea", "Image Src": "gone.png"},
    ]

    report = run(store, product_file(*rows), pictures=tmp_path / "in")

    assert report.pictures == 1
    assert [row.line for row in report.rows] == [3, 4]
    duework.run_pending(Picture)
    product = Product.objects.get()
    assert product.cover is not None
    assert Picture.objects.get().state == Picture.State.READY


def test_a_picture_that_cannot_be_reached_is_noted_and_the_product_is_there(store: Store) -> None:
    report = run(store, product_file(tea(**{"Image Src": "http://127.0.0.1/tea.png"})))
    duework.run_pending(Picture)
    importing.add_picture_notes(report, store)

    assert report.created == 1
    assert "not a public one" in report.rows[0].message


def test_in_the_admin_a_file_is_planned_then_imported_by_a_worker(store: Store, settings: Any, tmp_path: Path) -> None:
    from django.core.files.base import ContentFile

    settings.MEDIA_ROOT = tmp_path
    row = ProductImport(store=store)
    row.file.save("products.csv", ContentFile(product_file(tea())))
    importing.start_planning(row)
    duework.run_pending(ProductImport)
    row.refresh_from_db()
    assert (row.state, row.report["created"]) == ("planned", 1)
    assert not Product.objects.exists()

    assert importing.start_importing(row)
    assert not importing.start_importing(row), "the second click changes nothing"
    duework.run_pending(ProductImport)
    row.refresh_from_db()
    assert (row.state, row.progress) == ("done", 100)
    assert Product.objects.exists()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_thousand_rows_with_300_bad_ones(store: Store) -> None:
    """One product in ten has three variants; the 300 bad rows are each reported, and all other products are there."""
    rows = [
        tea(
            Handle=f"tea-{n}",
            Title=f"Tea {n}",
            **{"Variant Price": "x" if n < 300 else "9.90", "Variant SKU": f"S-{n}"},
        )
        for n in range(10_000)
    ]
    content = product_file(*rows)
    start = time.monotonic()

    report = run(store, content)

    assert (report.created, report.failed, len(errors(report))) == (9_700, 300, 300)
    print(f"10,000 rows in {time.monotonic() - start:.1f} s")
    assert run(store, content).unchanged == 9_700


def test_an_export_of_shopify_works_the_first_time(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """All of its columns; what a product has once stands in its first row, and what has no options is called "Default Title"."""
    call_command("import_products", store.slug, str(EXPORT), "--no-fetch")

    out = capsys.readouterr().out
    assert "6 products created" in out
    assert "0 not imported" in out
    apron = Product.objects.get(handle="linen-apron")
    assert [(row.price, str(row.values.get())) for row in apron.variants.all()] == [(999, "Regular"), (1599, "Large")]
    chair = Product.objects.get(handle="reading-chair")
    assert not chair.options.exists()
    assert [(row.price, row.compare_at_price) for row in chair.variants.all()] == [(50000, 75000)]
    assert Picture.objects.filter(source_url__startswith="https://").count() == 7


SKUS = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"


def test_one_sku_twice_in_a_product_stops_that_product_alone(store: Store) -> None:
    text = SKUS + "a,A,Size,S,X,1\na,,,L,X,1\nb,B,,,,2\n"
    report = import_products(store, text.encode(), actor="system")
    assert (report.created, report.failed) == (1, 1)
    assert [(row.line, row.level) for row in report.rows] == [(3, "error")]
    assert "SKU X" in report.rows[0].message


def test_skus_may_change_places_within_a_product(store: Store) -> None:
    import_products(store, (SKUS + "a,A,Size,S,X,1\na,,,L,Y,2\n").encode(), actor="system")
    swapped = (SKUS + "a,A,Size,S,Y,1\na,,,L,X,2\n").encode()
    assert import_products(store, swapped, actor="system").updated == 1
    assert dict(Variant.objects.values_list("sku", "price")) == {"Y": 100, "X": 200}
    assert import_products(store, swapped, actor="system").unchanged == 1


def test_a_sku_may_move_to_a_new_variant(store: Store) -> None:
    import_products(store, (SKUS + "a,A,Size,S,X,1\n").encode(), actor="system")
    report = import_products(store, (SKUS + "a,A,Size,L,X,2\n").encode(), actor="system")
    assert (report.updated, report.failed) == (1, 0)
    assert sorted(Variant.objects.values_list("sku", "price")) == [("", 100), ("X", 200)]


@pytest.mark.parametrize("price", ["9,99", "1e3", "1_000", "$5", "12,34.5"])
def test_an_amount_that_may_mean_two_things_is_an_error(store: Store, price: str) -> None:
    report = import_products(store, (SKUS + f'a,A,,,,"{price}"\n').encode(), actor="system")
    assert (report.created, report.failed) == (0, 1)
    assert price in report.rows[0].message


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_spreadsheets_of_other_countries_write(store: Store, delimiter: str) -> None:
    text = (SKUS + "a,A,,,X,1.50\n").replace(",", delimiter)
    assert import_products(store, text.encode(), actor="system").created == 1
    assert Variant.objects.get().price == 150

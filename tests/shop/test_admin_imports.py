"""A product file in the admin: uploaded, planned by a worker, shown, started by a click, reported row by row."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core import clock, duework
from shop.models import Picture, Product, ProductImport, Store
from tests.shop.admin_support import staff_of
from tests.shop.test_admin_products import png

GOOD = "Handle,Title,Variant Price,Image Src\ncup,Cup,12.50,\npot,Pot,99,https://pictures.invalid/pot.jpg\n"
BAD = GOOD + "bad,Bad,abc,\n"


def upload(client: Client, text: str | bytes, mode: str = "good_rows", name: str = "products.csv") -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return client.post("/admin/shop/productimport/add/", {"file": SimpleUploadedFile(name, content), "mode": mode})


def work() -> None:
    duework.run_pending(ProductImport)


def progress(client: Client, row: ProductImport) -> str:
    response = client.get(f"/admin/shop/productimport/{row.pk}/progress/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_works(store: Store) -> None:
    client = staff_of(store)
    response = upload(client, GOOD)
    row = ProductImport.objects.get()
    assert response.headers["Location"] == f"/admin/shop/productimport/{row.pk}/change/"
    assert (row.name, row.store, str(row.created_by)) == ("products.csv", store, "owner-of-tea")
    assert "being read" in progress(client, row)

    work()
    page = progress(client, row)
    assert "Nothing has been changed yet" in page
    assert "Import now" in page
    assert "hx-get" not in page
    assert not Product.objects.exists()

    assert client.post(f"/admin/shop/productimport/{row.pk}/start/").status_code == 302
    assert "hx-get" in progress(client, row)
    work()
    assert Product.objects.count() == 2
    assert "Imported" in progress(client, row)
    assert client.get(f"/admin/shop/productimport/{row.pk}/change/").status_code == 200


def test_pictures_that_cannot_be_had_are_told_with_their_reason(store: Store) -> None:
    client = staff_of(store)
    upload(client, GOOD)
    row = ProductImport.objects.get()
    work()
    client.post(f"/admin/shop/productimport/{row.pk}/start/")
    work()
    assert "still being fetched" in progress(client, row)
    Picture.objects.update(state="failed", note="There is no such host.")
    page = progress(client, row)
    assert "https://pictures.invalid/pot.jpg" in page
    assert "There is no such host." in page
    assert "hx-get" not in page


def test_bad_rows_are_shown_with_line_and_reason_and_the_rest_is_imported(store: Store) -> None:
    client = staff_of(store)
    upload(client, BAD)
    row = ProductImport.objects.get()
    work()
    page = progress(client, row)
    assert "Import the good products" in page
    assert "Variant Price" in page
    assert ">4<" in page
    client.post(f"/admin/shop/productimport/{row.pk}/start/")
    work()
    assert set(Product.objects.values_list("handle", flat=True)) == {"cup", "pot"}


def test_all_or_nothing_is_nothing_when_a_row_is_bad(store: Store) -> None:
    client = staff_of(store)
    upload(client, BAD, mode="all_or_nothing")
    row = ProductImport.objects.get()
    work()
    page = progress(client, row)
    assert "Import now" not in page
    assert "all or nothing" in page
    client.post(f"/admin/shop/productimport/{row.pk}/start/")
    work()
    assert not Product.objects.exists()


def test_a_second_click_starts_nothing(store: Store) -> None:
    client = staff_of(store)
    upload(client, GOOD)
    row = ProductImport.objects.get()
    work()
    start = f"/admin/shop/productimport/{row.pk}/start/"
    assert client.get(start).status_code == 405
    client.post(start)
    client.post(start)
    work()
    client.post(start)
    assert duework.run_pending(ProductImport) == 0
    assert Product.objects.count() == 2


def test_what_is_no_product_file_is_said_so(store: Store) -> None:
    client = staff_of(store)
    upload(client, png(), name="../../evil.php")
    row = ProductImport.objects.get()
    work()
    row.refresh_from_db()
    assert row.state == "failed"
    assert "Nothing was imported" in progress(client, row)
    assert Path(str(row.file.name)).suffix == ".csv"
    assert "evil" not in str(row.file.name)


def test_an_empty_or_huge_file_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client = staff_of(store)
    assert "file" in upload(client, b"").context["adminform"].form.errors
    monkeypatch.setattr("shop.shopify_csv.LARGEST_FILE", 10)
    assert "file" in upload(client, GOOD).context["adminform"].form.errors
    assert not ProductImport.objects.exists()


def test_rows_are_text_whatever_they_say(store: Store) -> None:
    client = staff_of(store)
    upload(client, 'Handle,Title,Variant Price\nx,<script>alert(1)</script>,"<img src=x onerror=alert(1)>"\n')
    row = ProductImport.objects.get()
    work()
    page = progress(client, row)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_what_was_sent_is_served_to_nobody(store: Store, settings: Any) -> None:
    client = staff_of(store)
    upload(client, GOOD)
    client.post("/admin/shop/picture/add/", {"upload": SimpleUploadedFile("a.png", png())})
    duework.run_pending(Picture)
    sent = [ProductImport.objects.get().file.path, Picture.objects.get().original.path]
    for path in sent:
        assert Path(path).exists()
        assert not Path(path).is_relative_to(settings.MEDIA_ROOT)
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".webp", ".jpg"}


def test_a_worker_that_keeps_dying_is_shown(store: Store) -> None:
    client = staff_of(store)
    upload(client, GOOD)
    row = ProductImport.objects.get()
    ProductImport.objects.update(parked_at=clock.now(), last_error="the worker died each time")
    page = progress(client, row)
    assert "needs a person" in page
    assert "hx-get" not in page
    assert "needs a person" in client.get("/admin/shop/productimport/").content.decode()

"""A picture is re-encoded into the sizes that phones need; what it carried besides pixels is gone; what would hurt is refused."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core import duework
from shop import imaging
from shop.models import Picture, Store


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture_bytes(size: tuple[int, int] = (1600, 1200), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (20, 120, 60) if mode == "RGB" else (20, 120, 60, 0)).save(out, kind, **options)
    return out.getvalue()


def made(store: Store, content: bytes) -> Picture:
    picture = imaging.add_picture(store, content, name="tea.jpg")
    duework.run_pending(Picture)
    picture.refresh_from_db()
    return picture


def test_the_renditions_are_those_that_phones_need(store: Store, media: Path) -> None:
    picture = made(store, picture_bytes())

    assert picture.state == Picture.State.READY
    assert [(one["width"], one["height"]) for one in picture.renditions] == [(320, 240), (640, 480), (1080, 810)]
    for one in picture.renditions:
        assert Image.open(media / one["webp"]).format == "WEBP"
        assert Image.open(media / one["jpeg"]).format == "JPEG"
    assert picture.tint == "#14783c"


def test_a_small_picture_is_not_blown_up(store: Store) -> None:
    assert [one["width"] for one in made(store, picture_bytes((500, 500))).renditions] == [320, 500]


def test_what_the_camera_wrote_is_gone_and_the_picture_stands_upright(store: Store, media: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}  # where it was taken
    picture = made(store, picture_bytes((800, 400), exif=exif.tobytes()))

    assert (picture.width, picture.height) == (400, 800)
    for one in picture.renditions:
        for kind in ("webp", "jpeg"):
            assert not Image.open(media / one[kind]).getexif()


def test_a_script_in_the_tail_of_a_picture_does_not_survive(store: Store, media: Path) -> None:
    picture = made(store, picture_bytes(kind="GIF", mode="RGB") + b"<script>alert(1)</script>")

    assert picture.state == Picture.State.READY
    assert all(
        b"<script" not in (media / one[kind]).read_bytes() for one in picture.renditions for kind in ("webp", "jpeg")
    )


def test_transparency_becomes_white(store: Store, media: Path) -> None:
    picture = made(store, picture_bytes((400, 400), "PNG", "RGBA"))

    assert Image.open(media / picture.renditions[0]["jpeg"]).getpixel((5, 5)) == (255, 255, 255)


def pixel_bomb() -> bytes:
    """A PNG of 20,000 × 20,000 pixels that says so in its head and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


REFUSED = {
    "a pixel bomb": pixel_bomb(),
    "too many pixels": picture_bytes((6000, 5000), "PNG"),
    "nothing": b"",
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with scripts": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a document": b"%PDF-1.7\n",
    "an endless file": b"\xff\xd8\xff\xe0" + bytes(11 * 1024 * 1024),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_fit_picture_is_refused_before_it_is_kept(store: Store, content: bytes) -> None:
    with pytest.raises(imaging.NoPicture):
        imaging.add_picture(store, content)
    assert not Picture.objects.exists()


def test_a_picture_that_breaks_off_is_marked_with_the_reason(store: Store) -> None:
    picture = made(store, picture_bytes()[:4000])

    assert (picture.state, picture.note) == (Picture.State.FAILED, "The picture is damaged.")


def test_of_a_film_one_picture_is_kept(store: Store, media: Path) -> None:
    frames = [Image.new("RGB", (400, 400), (n, 0, 0)) for n in range(0, 200, 4)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    picture = made(store, out.getvalue())

    assert getattr(Image.open(media / picture.renditions[0]["webp"]), "n_frames", 1) == 1


def test_the_same_file_is_kept_once(store: Store) -> None:
    assert made(store, picture_bytes()).pk == made(store, picture_bytes()).pk

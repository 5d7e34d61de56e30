"""The demo's pictures: each one that the catalogue names is drawn, in the right size, the same on every machine start.

The whole set is drawn once at a fifth of its size and looked at by several tests; three are drawn in full.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat

from demo import art
from demo.art.canvas import scaled
from demo.art.paint import from_lab, mix, shade, to_lab
from demo.art.scenes import SCENES, scene

# Whichever test comes first draws the whole set, once for all; on a busy machine that takes its time.
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("pictures")]

CATALOGUE = Path(art.__file__).resolve().parent.parent / "catalogue"


def product_pictures() -> dict[str, list[str]]:
    """The pictures of each product, by handle, as the product file names them."""
    found: dict[str, list[str]] = {}
    with (CATALOGUE / "products.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Image Src"]:
                found.setdefault(row["Handle"], []).append(row["Image Src"])
    return found


def page_pictures() -> set[str]:
    """The pictures of categories and home page."""
    entries: list[dict[str, Any]] = json.loads((CATALOGUE / "categories.json").read_text(encoding="utf-8"))[
        "categories"
    ]
    entries += json.loads((CATALOGUE / "home.json").read_text(encoding="utf-8"))["sections"]
    return {entry["picture"] for entry in entries if "picture" in entry}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pictures, drawn."""
    folder = tmp_path_factory.mktemp("pictures")
    art.draw_all(folder, share=0.2)
    return folder


def test_draws_every_picture_that_the_catalogue_names(folder):
    named = {name for names in product_pictures().values() for name in names} | page_pictures()

    assert {path.name for path in folder.iterdir()} == named == set(art.file_names())


def test_sizes_are_those_of_their_place(folder, tmp_path):
    expected = {"hero": (1500, 900), "category": (900, 900)}
    for path in folder.iterdir():
        width, height = expected.get(path.name.split("-")[0], (1200, 1200))
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert image.size == (width // 5, height // 5), path.name

    for name, size in {"fair-cup.jpg": (1200, 1200), "hero-teaware.jpg": (1500, 900)}.items():
        with Image.open(art.draw(name, tmp_path)) as image:
            assert image.size == size


def test_no_two_pictures_are_the_same_and_none_is_blank(folder):
    seen: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            small = image.convert("RGB").resize((64, 64))
        digest = hashlib.sha256(small.tobytes()).hexdigest()
        assert digest not in seen, f"{path.name} looks like {seen[digest]}"
        seen[digest] = path.name
        # A bare backdrop stays within a narrow range of tones; whatever stands on it does not.
        assert (
            max(ImageStat.Stat(small.convert("L")).extrema[0]) - min(ImageStat.Stat(small.convert("L")).extrema[0]) > 60
        )


def test_each_product_has_one_to_three_pictures_of_its_own():
    pictures = product_pictures()

    assert all(1 <= len(names) <= 3 for names in pictures.values())
    everything = [name for names in pictures.values() for name in names]
    assert len(everything) == len(set(everything))
    assert all(name.startswith(handle) for handle, names in pictures.items() for name in names)


@pytest.mark.parametrize("name", ["longjing-spring.jpg", "jasmine-pearls-brewed.jpg"])
def test_the_same_code_draws_the_same_bytes(tmp_path, name):
    first = art.draw(name, tmp_path).read_bytes()

    assert art.draw(name, tmp_path).read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_draws_only_what_is_missing(tmp_path):
    for name in art.file_names():
        (tmp_path / name).write_bytes(b"kept")
    (tmp_path / "fair-cup.jpg").unlink()

    drawn = art.draw_all(tmp_path)

    assert [path.name for path in drawn] == ["fair-cup.jpg"]
    assert (tmp_path / "fair-cup.jpg").stat().st_size > 20_000
    assert (tmp_path / "tasting-cups.jpg").read_bytes() == b"kept"


def test_an_unknown_picture_is_refused(tmp_path):
    with pytest.raises(KeyError):
        art.draw("no-such-tea.jpg", tmp_path)
    assert not list(tmp_path.iterdir())


def test_two_scenes_cannot_share_a_name():
    taken = next(iter(SCENES))

    with pytest.raises(ValueError, match=taken):
        scene(taken, "green")(lambda canvas: None)


def test_colours_survive_the_way_through_oklab():
    for colour in ("#000000", "#ffffff", "#7b4a3c", "#b7cdbb", "#e8922a"):
        assert from_lab(to_lab(colour)) == colour
    assert mix("#102030", "#d0e0f0", 0) == "#102030"
    assert mix("#102030", "#d0e0f0", 1) == "#d0e0f0"


def test_more_light_is_lighter_and_full_light_is_the_colour_itself():
    steps = [to_lab(shade("#8a5642", light / 10))[0] for light in range(16)]

    assert steps == sorted(steps)
    assert shade("#8a5642", 1) == "#8a5642"


def test_a_path_in_units_is_moved_and_enlarged():
    assert scaled("M-1 0C0 0.5 1 -0.5 1 0Z", 100, 200, 10, 20) == "M90 200C100 210 110 190 110 200Z"

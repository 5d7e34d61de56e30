"""The spec picker is right for any number of specs: an option is enabled exactly when a sellable variant has it together with the
other selected specs; whatever is made of enabled options can be bought.

``specs.js`` runs in Node over every selection of many products; what it says is compared with the definition, written here anew.
"""

from __future__ import annotations

import itertools
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from miniapp_templates import node

SPECS = Path(node.PREVIEW).parent / "storefront" / "catalogue" / "specs.js"
Selection = dict[str, str]
Product = dict[str, Any]

WALK = """
const specs = require(process.argv[1])
const products = JSON.parse(require('fs').readFileSync(0, 'utf8'))
const out = products.map(({ product, selections }) => ({
  start: specs.start(product),
  states: selections.map((selection) => ({
    view: specs.view(product, selection),
    chosen: (specs.chosen(product, selection) || { id: null }).id,
    missing: specs.missing(product, selection).map((option) => option.id),
    range: specs.range(product, selection),
    prune: specs.prune(product, selection),
    taps: product.options.map((option) => option.values.map((value) => specs.toggle(product, selection, option.id, value.id))),
  })),
}))
process.stdout.write(JSON.stringify(out))
"""


def make_product(shape: tuple[int, ...], seed: int) -> Product:
    """A product with so many values per spec; each variant exists, is sold out, or does not exist, at random."""
    rng = random.Random(seed)
    options: list[dict[str, Any]] = [
        {
            "id": f"o{number}",
            "name": f"Spec {number}",
            "values": [{"id": f"o{number}v{value}", "name": str(value)} for value in range(count)],
        }
        for number, count in enumerate(shape)
    ]
    rows = list(itertools.product(*([value["id"] for value in option["values"]] for option in options)))
    kept = [row for row in rows if rng.random() < 0.8] or rows[:1]
    variants = [
        {
            "id": "/".join(row) or "only",
            "price": rng.randrange(100, 900),
            "value_ids": list(row),
            "available": rng.choice([0, 0, 1, 5]),
        }
        for row in kept
    ]
    return {"options": options, "variants": variants, "price": 100, "price_max": 900}


def every_selection(product: Product) -> list[Selection]:
    """Each spec unselected or with any of its values."""
    choices = [[None, *(value["id"] for value in option["values"])] for option in product["options"]]
    names = [option["id"] for option in product["options"]]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value} for row in itertools.product(*choices)
    ]


def sellable_with(product: Product, wanted: set[str]) -> list[dict[str, Any]]:
    return [one for one in product["variants"] if one["available"] > 0 and wanted <= set(one["value_ids"])]


def walk(products: list[Product]) -> list[tuple[Product, list[Selection], dict[str, Any]]]:
    """What specs.js says of every selection of every product."""
    selections = [every_selection(product) for product in products]
    asked = json.dumps([{"product": one, "selections": some} for one, some in zip(products, selections, strict=True)])
    done = subprocess.run(
        [str(node.folder() / "node"), "-e", WALK, str(SPECS)], input=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(zip(products, selections, json.loads(done.stdout), strict=True))


@pytest.fixture(scope="module")
def walked() -> list[tuple[Product, list[Selection], dict[str, Any]]]:
    shapes = [(), (1,), (4,), (1, 1), (2, 3), (4, 1), (3, 2, 2), (2, 2, 3), (4, 3, 3), (2, 2, 2, 2), (3, 1, 2, 2)]
    return walk([make_product(shape, seed) for shape in shapes for seed in range(12)])


def test_an_option_is_enabled_exactly_when_a_sellable_variant_has_it_with_the_others(walked: Any) -> None:
    checked = 0
    for product, selections, said in walked:
        for selection, state in zip(selections, said["states"], strict=True):
            for option in state["view"]:
                others = {value for name, value in selection.items() if name != option["id"]}
                for value in option["values"]:
                    assert value["enabled"] == bool(sellable_with(product, others | {value["id"]}))
                    assert value["selected"] == (selection.get(option["id"]) == value["id"])
                    checked += 1
    assert checked > 20_000


def test_a_full_selection_is_its_variant_and_no_other(walked: Any) -> None:
    for product, selections, said in walked:
        for selection, state in zip(selections, said["states"], strict=True):
            missing = [option["id"] for option in product["options"] if option["id"] not in selection]
            exact = [one["id"] for one in product["variants"] if set(one["value_ids"]) == set(selection.values())]
            assert state["missing"] == missing
            assert state["chosen"] == (None if missing else next(iter(exact), None))


def test_whatever_is_reached_by_taps_can_be_bought(walked: Any) -> None:
    for product, selections, said in walked:
        by_key = {json.dumps(one, sort_keys=True): state for one, state in zip(selections, said["states"], strict=True)}
        waiting, met = [said["start"]], set()
        while waiting:
            selection = waiting.pop()
            key = json.dumps(selection, sort_keys=True)
            if key in met:
                continue
            met.add(key)
            if any(one["available"] for one in product["variants"]):
                assert sellable_with(product, set(selection.values())), f"a dead end: {selection}"
            waiting += [after for option in by_key[key]["taps"] for after in option]


def test_a_tap_on_what_is_not_enabled_changes_nothing(walked: Any) -> None:
    for _product, selections, said in walked:
        for selection, state in zip(selections, said["states"], strict=True):
            for option, taps in zip(state["view"], state["taps"], strict=True):
                for value, after in zip(option["values"], taps, strict=True):
                    if value["selected"]:
                        assert after == {name: one for name, one in selection.items() if name != option["id"]}
                    elif value["enabled"]:
                        assert after == {**selection, option["id"]: value["id"]}
                    else:
                        assert after == selection


def test_the_price_range_is_that_of_what_is_still_possible(walked: Any) -> None:
    for product, selections, said in walked:
        for selection, state in zip(selections, said["states"], strict=True):
            possible = sellable_with(product, set(selection.values())) or product["variants"]
            prices = [one["price"] for one in possible]
            assert state["range"] == {"low": min(prices), "high": max(prices)}


def test_what_leaves_no_choice_is_chosen_from_the_start(walked: Any) -> None:
    for product, _selections, said in walked:
        for option in product["options"]:
            open_values = [value["id"] for value in option["values"] if sellable_with(product, {value["id"]})]
            expected = open_values[0] if len(open_values) == 1 else None
            assert said["start"].get(option["id"]) == expected


def test_after_a_reload_the_selection_is_what_can_still_be_had(walked: Any) -> None:
    for product, selections, said in walked:
        for selection, state in zip(selections, said["states"], strict=True):
            kept = state["prune"]
            assert kept.items() <= selection.items()
            if kept:
                assert sellable_with(product, set(kept.values()))
            if sellable_with(product, set(selection.values())):
                assert kept == selection

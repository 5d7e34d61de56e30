"""Every mutant fits the source of today, is still a program, and names tests that exist: so that none goes out of use unnoticed."""

import ast
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_applies_to_the_present_source(mutant: Mutant) -> None:
    source = (PROJECT / mutant.file).read_text()

    changed = mutant.applied_to(source)

    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), "it changes nothing that runs"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_its_tests_exist(mutant: Mutant) -> None:
    assert mutant.tests
    for named in mutant.tests:
        file, _, function = named.partition("::")
        functions = [
            node.name for node in ast.walk(ast.parse((PROJECT / file).read_text())) if isinstance(node, ast.FunctionDef)
        ]
        assert not function or function in functions, named


def test_what_is_gone_is_an_error() -> None:
    gone = Mutant("gone", "", "x.py", "what was there", "", ())
    for source in ("something else", "what was there, what was there"):
        with pytest.raises(ValueError, match="gone: what it replaces"):
            gone.applied_to(source)


def test_each_has_a_name_of_its_own_and_says_what_goes_wrong() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert all(mutant.harm.endswith(".") for mutant in MUTANTS)

"""Money is integer minor units: splitting loses nothing, and text is read exactly or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import format_minor, parse_major, split


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_the_parts_add_up_to_the_total(total: int, weights: list[int]) -> None:
    parts = split(total, weights)

    assert sum(parts) == total
    assert min(parts) >= 0


@given(st.integers(0, 10**12), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_what_is_formatted_is_read_back(amount: int, currency: str) -> None:
    text = format_minor(amount, currency).lstrip("¥").removeprefix("KWD ")

    assert parse_major(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("128", "CNY", 12800),
        ("128.5", "CNY", 12850),
        ("1,280.05", "CNY", 128005),
        (".5", "CNY", 50),
        ("7.", "CNY", 700),
        ("300", "JPY", 300),
    ],
)
def test_amounts_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert parse_major(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "-1",
        "1.005",
        "NaN",
        "Infinity",
        "1e20",
        "¥5",
        "9,99",
        "12,34.5",
        "1e3",
        "1_000",
        "٣",
        "+5",
        "1 000",
        ",5",
        ".",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_major(text, "CNY")

"""Reading a product file as Shopify exports it: rows become products, and what is wrong with a row is said with its line.

The columns are those of Shopify's export, in its older and its newer spelling, in any order; none but the handle (or the title) is
needed. A product takes several rows: the first carries its texts, each further one a variant, a picture, or both. Chinese texts may
stand in columns of the same names with `` (zh-Hans)`` behind. Nothing here touches the database.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.money import parse_major

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 20_000
LONGEST_CELL = 100_000
MOST_STOCK = 10_000_000
ZH = " (zh-hans)"
ENCODINGS = ("utf-8-sig", "gb18030")

# The newer names of the same columns, in lower case.
_ALIASES = {
    "url handle": "handle",
    "description": "body (html)",
    "published on online store": "published",
    "sku": "variant sku",
    "barcode": "variant barcode",
    "price": "variant price",
    "compare-at price": "variant compare at price",
    "inventory quantity": "variant inventory qty",
    "weight value (grams)": "variant grams",
    "product image url": "image src",
    "variant image url": "variant image",
    "product category type": "type",
}
_KNOWN = {
    "handle",
    "title",
    "body (html)",
    "variant price",
    "variant sku",
    "image src",
    "option1 value",
    "option1 name",
}
_YES, _NO = {"true", "yes", "1", "active"}, {"false", "no", "0", "draft"}

Texts = tuple[str, str]


class NoProductFile(ValueError):
    """This file cannot be read as a product file at all; the message says why."""


@dataclass(frozen=True)
class Remark:
    """Something to tell about a line: an error (its product is not imported) or a note."""

    line: int
    handle: str
    level: str
    message: str


@dataclass
class ReadVariant:
    """One variant as the file has it; ``values`` are (Chinese, English), amounts in minor units."""

    line: int
    values: tuple[Texts, ...]
    price: int
    compare_at_price: int | None = None
    sku: str = ""
    barcode: str = ""
    grams: int = 0
    quantity: int = 0
    picture: str = ""


@dataclass
class ReadPicture:
    """A picture that the file names, by address or by file name."""

    line: int
    source: str
    position: int
    alt: Texts = ("", "")


@dataclass
class ReadProduct:
    """One product as the file has it; texts are (Chinese, English)."""

    line: int
    handle: str
    title: Texts
    body: Texts
    subtitle: Texts
    category: Texts
    vendor: str
    tags: list[str]
    status: str
    options: list[Texts] = field(default_factory=list)
    variants: list[ReadVariant] = field(default_factory=list)
    pictures: list[ReadPicture] = field(default_factory=list)


@dataclass
class ProductFile:
    """What a file holds: the products that can be imported, and the remarks about its lines."""

    products: list[ReadProduct]
    remarks: list[Remark]

    @property
    def errors(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.level == "error"]


def read(content: bytes, currency: str) -> ProductFile:
    """Read a whole file; prices are in major units of ``currency``. Raises NoProductFile."""
    remarks: list[Remark] = []
    products: list[ReadProduct] = []
    skus: dict[str, str] = {}
    for handle, rows in _groups(content, remarks).items():
        reader = _Reader(handle, rows, currency)
        product = reader.product()
        for variant in product.variants if product else []:
            if variant.sku and skus.setdefault(variant.sku, handle) != handle:
                reader.wrong(
                    variant.line,
                    _("SKU %(sku)s is also used by %(handle)s.") % {"sku": variant.sku, "handle": skus[variant.sku]},
                )
        remarks += reader.remarks
        if product and not any(remark.level == "error" for remark in reader.remarks):
            products.append(product)
    return ProductFile(products, sorted(remarks, key=lambda remark: remark.line))


Row = tuple[int, dict[str, str]]


def _groups(content: bytes, remarks: list[Remark]) -> dict[str, list[Row]]:
    """The rows of each handle, in the order of the file."""
    groups: dict[str, list[Row]] = {}
    for line, cells in _rows(content):
        handle = (
            slugify(cells.get("handle", ""), allow_unicode=True)[:255]
            or slugify(cells.get("title", ""), allow_unicode=True)[:255]
        )
        if handle:
            groups.setdefault(handle, []).append((line, cells))
        elif any(cells.values()):
            remarks.append(Remark(line, "", "error", _("The row has neither a handle nor a title.")))
    return groups


def _rows(content: bytes) -> Iterator[Row]:
    """Each row with the line it starts on and its cells by the old name of their column."""
    if len(content) > LARGEST_FILE:
        raise NoProductFile(_("The file is larger than 20 MB."))
    text = _decode(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    csv.field_size_limit(LONGEST_CELL)
    try:
        header = [_column(name) for name in next(lines, [])]
        if not _KNOWN & set(header) or not {"handle", "title"} & set(header):
            raise NoProductFile(
                _("The first row must name the columns of a Shopify product file, such as Handle and Title.")
            )
        start = lines.line_num + 1
        for count, cells in enumerate(lines):
            if count >= MOST_ROWS:
                raise NoProductFile(_("The file has more than %(count)d rows.") % {"count": MOST_ROWS})
            yield start, {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            start = lines.line_num + 1
    except csv.Error as error:
        raise NoProductFile(
            _("Line %(line)d cannot be read: %(error)s") % {"line": lines.line_num, "error": error}
        ) from None


def _delimiter(text: str) -> str:
    """What stands between the columns' names: a comma, or what spreadsheets of other countries write."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise NoProductFile(_("This is no text file in UTF-8, UTF-16 or GB 18030."))


def _column(name: str) -> str:
    """``"Option1 Name (zh-Hans)"`` → ``"option1 name (zh-hans)"``, with the newer names turned into the older."""
    name = re.sub(r"\s+", " ", name.strip().lower())
    base, zh = (name.removesuffix(ZH), ZH) if name.endswith(ZH) else (name, "")
    return _ALIASES.get(base, base) + zh


class _Reader:
    """Reads the rows of one product."""

    def __init__(self, handle: str, rows: list[Row], currency: str) -> None:
        self.handle, self.rows, self.currency = handle, rows, currency
        self.remarks: list[Remark] = []

    def wrong(self, line: int, message: str) -> None:
        self.remarks.append(Remark(line, self.handle, "error", message))

    def note(self, line: int, message: str) -> None:
        self.remarks.append(Remark(line, self.handle, "note", message))

    def product(self) -> ReadProduct | None:
        line, first = self.rows[0]
        title = self._texts(first, "title", 200)
        if not any(title):
            self.wrong(line, _("The product has no title."))
            return None
        product = ReadProduct(
            line=line,
            handle=self.handle,
            title=title,
            body=self._texts(first, "body (html)", LONGEST_CELL),
            subtitle=self._texts(first, "seo description", 200),
            category=self._texts(first, "type", 60),
            vendor=first.get("vendor", "")[:120],
            tags=list(dict.fromkeys(tag.strip()[:60] for tag in first.get("tags", "").split(",") if tag.strip())),
            status=self._status(line, first),
        )
        product.options = self._options(first)
        self._read_variants(product)
        self._read_pictures(product)
        return product

    def _texts(self, cells: Mapping[str, str], column: str, longest: int) -> Texts:
        return cells.get(column + ZH, "")[:longest], cells.get(column, "")[:longest]

    def _status(self, line: int, cells: Mapping[str, str]) -> str:
        status = cells.get("status", "").lower()
        if status == "archived":
            return "archived"
        published = cells.get("published", "").lower()
        if published and published not in _YES | _NO:
            self.note(line, _("Published is “%(value)s”: taken as false.") % {"value": published[:20]})
        hidden = status in _NO or (published and published not in _YES)
        return "draft" if hidden else "active"

    def _options(self, cells: Mapping[str, str]) -> list[Texts]:
        """The names of the options; Shopify's single ``Title: Default Title`` is none."""
        options = []
        for number in (1, 2, 3):
            name = self._texts(cells, f"option{number} name", 60)
            if not any(name):
                # A file without names may still have values.
                values = any(row.get(f"option{number} value") for _line, row in self.rows)
                if not values or cells.get(f"option{number} value", "") == "Default Title":
                    break
                name = ("", _("Option %(number)d") % {"number": number})
            options.append(name)
        if (
            len(options) == 1
            and options[0][1].lower() == "title"
            and cells.get("option1 value", "").lower() == "default title"
        ):
            return []
        return options

    def _read_variants(self, product: ReadProduct) -> None:
        seen: dict[tuple[str, ...], int] = {}
        skus: dict[str, int] = {}
        for number, (line, cells) in enumerate(self.rows):
            if number and not self._is_variant(cells):
                continue
            variant = self._variant(line, cells, len(product.options))
            if variant is None:
                continue
            key = tuple((en or zh).casefold() for zh, en in variant.values)
            if key in seen:
                what = " / ".join(en or zh for zh, en in variant.values) or _("without options")
                self.wrong(
                    line, _("The variant %(what)s stands in line %(line)d already.") % {"what": what, "line": seen[key]}
                )
                continue
            seen[key] = line
            if variant.sku and variant.sku in skus:
                self.wrong(
                    line,
                    _("SKU %(sku)s stands in line %(line)d already.") % {"sku": variant.sku, "line": skus[variant.sku]},
                )
                continue
            skus[variant.sku] = line
            product.variants.append(variant)

    def _is_variant(self, cells: Mapping[str, str]) -> bool:
        return any(
            cells.get(name)
            for name in ("variant price", "option1 value", "option2 value", "option3 value", "variant sku")
        )

    def _variant(self, line: int, cells: Mapping[str, str], options: int) -> ReadVariant | None:
        values = tuple(self._texts(cells, f"option{number} value", 100) for number in range(1, options + 1))
        good = True
        for number, value in enumerate(values, 1):
            if not any(value):
                self.wrong(line, _("Option%(number)d Value is missing.") % {"number": number})
                good = False
        price = self._amount(line, cells, "variant price")
        if price is None and not cells.get("variant price"):
            self.wrong(line, _("Variant Price is missing."))
        compare_at = (
            self._amount(line, cells, "variant compare at price") if cells.get("variant compare at price") else None
        )
        if price is not None and compare_at is not None and compare_at <= price:
            if compare_at:
                self.note(line, _("The compare-at price is not above the price: left out."))
            compare_at = None
        quantity = self._whole(line, cells, "variant inventory qty", MOST_STOCK)
        grams = self._grams(line, cells)
        if not good or price is None or quantity is None or grams is None:
            return None
        return ReadVariant(
            line=line,
            values=values,
            price=price,
            compare_at_price=compare_at,
            sku=cells.get("variant sku", "").lstrip("'")[:100],
            barcode=cells.get("variant barcode", "").lstrip("'")[:60],
            grams=grams,
            quantity=quantity,
            picture=cells.get("variant image", ""),
        )

    def _amount(self, line: int, cells: Mapping[str, str], column: str) -> int | None:
        text = cells.get(column, "")
        if not text:
            return None
        try:
            return parse_major(text, self.currency)
        except ValueError:
            self.wrong(
                line,
                _("%(column)s is “%(value)s”: an amount such as 12.50 is needed.")
                % {"column": column.title(), "value": text[:40]},
            )
            return None

    def _whole(self, line: int, cells: Mapping[str, str], column: str, most: int) -> int | None:
        text = cells.get(column, "") or "0"
        if not re.fullmatch(r"-?\d{1,12}(\.0+)?", text, re.ASCII):
            self.wrong(
                line,
                _("%(column)s is “%(value)s”: a whole number is needed.")
                % {"column": column.title(), "value": text[:40]},
            )
            return None
        number = int(text.split(".")[0])
        if number < 0 or number > most:
            self.wrong(
                line,
                _("%(column)s is %(value)s: 0 to %(most)d is possible.")
                % {"column": column.title(), "value": text[:40], "most": most},
            )
            return None
        return number

    def _grams(self, line: int, cells: Mapping[str, str]) -> int | None:
        text = cells.get("variant grams", "") or "0"
        if not re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
            self.wrong(line, _("Variant Grams is “%(value)s”: a number is needed.") % {"value": text[:40]})
            return None
        return round(float(text))

    def _read_pictures(self, product: ReadProduct) -> None:
        seen = set()
        for number, (line, cells) in enumerate(self.rows):
            source = cells.get("image src", "")
            if source and source not in seen:
                seen.add(source)
                position = cells.get("image position", "")
                place = int(position) if position.isdecimal() and len(position) < 5 else number + 1
                product.pictures.append(
                    ReadPicture(line, source[:1000], place, self._texts(cells, "image alt text", 200))
                )
        product.pictures.sort(key=lambda picture: picture.position)

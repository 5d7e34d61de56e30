"""Some hundred products of a file written at once: a fixed number of statements, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from shop import catalogue
from shop.imaging import NoPicture, add_picture, fetch_picture
from shop.models import (
    Category,
    Option,
    OptionValue,
    Picture,
    Product,
    ProductPicture,
    Stock,
    StockMovement,
    Store,
    Variant,
    VariantValue,
)
from shop.rich_text import sanitise
from shop.shopify_csv import ReadPicture, ReadProduct, ReadVariant, Remark, Texts

_PRODUCT_COLUMNS = (
    "title_zh", "title_en", "subtitle_zh", "subtitle_en", "description_zh", "description_en", "vendor", "tags", "status", "category_id",
)  # fmt: skip
_VARIANT_COLUMNS = ("sku", "barcode", "price", "compare_at_price", "grams", "position")


@dataclass
class Outcome:
    """What became of a batch."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    variants: int = 0
    pictures: int = 0
    remarks: list[Remark] = field(default_factory=list)


class Batch:
    """Writes products of one file into one store. With ``dry_run`` nothing is put on disk; the caller rolls back the rest."""

    def __init__(self, store: Store, actor: str, pictures: Path | None, dry_run: bool) -> None:
        self.store, self.actor, self.folder, self.dry_run = store, actor, pictures, dry_run
        self.outcome = Outcome()
        # products in which anything has changed
        self.touched: set[int] = set()

    def write(self, reads: list[ReadProduct]) -> Outcome:
        """Write them all, but those whose SKU belongs to another product of the store."""
        reads = self._without_taken_skus(reads)
        known = {row.handle: row for row in Product.objects.filter(handle__in=[read.handle for read in reads])}
        products = self._write_products(reads, known)
        values = self._write_options(reads, products)
        self._write_variants(reads, products, values)
        self._write_pictures(reads, products)
        catalogue.refresh(self.touched)
        self.outcome.created = len(reads) - len(known)
        self.outcome.updated = len(self.touched & {row.pk for row in known.values()})
        self.outcome.unchanged = len(known) - self.outcome.updated
        return self.outcome

    def _without_taken_skus(self, reads: list[ReadProduct]) -> list[ReadProduct]:
        skus = [variant.sku for read in reads for variant in read.variants if variant.sku]
        taken = dict(Variant.objects.filter(sku__in=skus).values_list("sku", "product__handle"))
        good = []
        for read in reads:
            wrong = [variant for variant in read.variants if taken.get(variant.sku, read.handle) != read.handle]
            for variant in wrong:
                text = _("SKU %(sku)s belongs to %(handle)s in the store.") % {
                    "sku": variant.sku,
                    "handle": taken[variant.sku],
                }
                self.outcome.remarks.append(Remark(variant.line, read.handle, "error", text))
            if wrong:
                self.outcome.failed += 1
            else:
                good.append(read)
        return good

    # -- products and their categories

    def _write_products(self, reads: list[ReadProduct], known: dict[str, Product]) -> dict[str, Product]:
        categories = self._categories({read.category for read in reads if any(read.category)})
        new, changed = [], []
        for read in reads:
            product = known.get(read.handle) or Product(store=self.store, handle=read.handle)
            before = [getattr(product, name) for name in _PRODUCT_COLUMNS]
            self._fill(product, read, categories)
            if product._state.adding:
                new.append(product)
            elif before != [getattr(product, name) for name in _PRODUCT_COLUMNS]:
                changed.append(product)
        Product.objects.bulk_create(new)
        Product.objects.bulk_update(changed, [name.removesuffix("_id") for name in _PRODUCT_COLUMNS])
        self.touched |= {product.pk for product in [*new, *changed]}
        return known | {product.handle: product for product in new}

    def _fill(self, product: Product, read: ReadProduct, categories: dict[Texts, Category]) -> None:
        """What the file says; where it is silent in one language, the store's own text stays."""
        for name, (zh, en) in (("title", read.title), ("subtitle", read.subtitle)):
            setattr(product, f"{name}_zh", zh or getattr(product, f"{name}_zh"))
            setattr(product, f"{name}_en", en or getattr(product, f"{name}_en"))
        zh, en = read.body
        product.description_zh = sanitise(zh) or product.description_zh
        product.description_en = sanitise(en) or product.description_en
        product.vendor = read.vendor or product.vendor
        product.tags = read.tags or product.tags
        product.status = read.status
        if any(read.category):
            product.category = categories[read.category]

    def _categories(self, names: Iterable[Texts]) -> dict[Texts, Category]:
        """The category of each name; made where the store has none of it."""
        rows = list(Category.objects.order_by("pk"))
        found = {}
        for zh, en in sorted(names):
            match = next((row for row in rows if (en and row.name_en == en) or (zh and row.name_zh == zh)), None)
            if match is None:
                match = Category.objects.create(store=self.store, name_zh=zh, name_en=en, position=len(rows))
                catalogue.place_category(match)
                rows.append(match)
            found[zh, en] = match
        return found

    # -- options and values

    def _write_options(
        self, reads: list[ReadProduct], products: dict[str, Product]
    ) -> dict[tuple[int, int, str], OptionValue]:
        """The value of each (product, position of the option, name); made where there is none."""
        ids = [product.pk for product in products.values()]
        options = {(row.product_id, row.position): row for row in Option.objects.filter(product__in=ids)}
        new_options, renamed = [], []
        for read in reads:
            product = products[read.handle]
            for position, (zh, en) in enumerate(read.options):
                option = options.get((product.pk, position))
                if option is None:
                    option = Option(store=self.store, product=product, position=position, name_zh=zh, name_en=en)
                    options[product.pk, position] = option
                    new_options.append(option)
                elif (zh and option.name_zh != zh) or (en and option.name_en != en):
                    option.name_zh, option.name_en = zh or option.name_zh, en or option.name_en
                    renamed.append(option)
        Option.objects.bulk_create(new_options)
        Option.objects.bulk_update(renamed, ["name_zh", "name_en"])
        self.touched |= {option.product_id for option in [*new_options, *renamed]}
        return self._write_values(reads, products, options)

    def _write_values(
        self, reads: list[ReadProduct], products: dict[str, Product], options: dict[tuple[int, int], Option]
    ) -> dict[tuple[int, int, str], OptionValue]:
        values: dict[tuple[int, int, str], OptionValue] = {}
        count: dict[int, int] = {}
        for row in OptionValue.objects.filter(option__in=list(options.values())).select_related("option"):
            count[row.option_id] = max(count.get(row.option_id, 0), row.position + 1)
            for name in {row.name_zh, row.name_en} - {""}:
                values[row.option.product_id, row.option.position, name.casefold()] = row
        new, translated = [], []
        for read in reads:
            product = products[read.handle]
            for variant in read.variants:
                for position, (zh, en) in enumerate(variant.values):
                    key = (product.pk, position)
                    value = values.get((*key, en.casefold())) or values.get((*key, zh.casefold()))
                    if value is None:
                        option = options[key]
                        place = count.get(option.pk, 0)
                        count[option.pk] = place + 1
                        value = OptionValue(store=self.store, option=option, position=place, name_zh=zh, name_en=en)
                        new.append(value)
                    elif zh and not value.name_zh and value.pk:
                        value.name_zh = zh
                        translated.append(value)
                    for name in {zh, en} - {""}:
                        values[(*key, name.casefold())] = value
        OptionValue.objects.bulk_create(new)
        OptionValue.objects.bulk_update(translated, ["name_zh"])
        self.touched |= {value.option.product_id for value in [*new, *translated]}
        return values

    # -- variants and their stock

    def _write_variants(
        self, reads: list[ReadProduct], products: dict[str, Product], values: dict[tuple[int, int, str], OptionValue]
    ) -> None:
        ids = [product.pk for product in products.values()]
        known = {(row.product_id, row.spec_key): row for row in Variant.objects.filter(product__in=ids)}
        new: list[tuple[Variant, ReadVariant, list[OptionValue]]] = []
        changed = []
        stored_skus = {row.pk: row.sku for row in known.values()}
        owners: dict[str, Variant] = {}
        for read in reads:
            product = products[read.handle]
            for position, variant in enumerate(read.variants):
                chosen = [values[product.pk, n, (en or zh).casefold()] for n, (zh, en) in enumerate(variant.values)]
                spec_key = "-".join(str(value.pk) for value in chosen)
                row = known.get((product.pk, spec_key)) or Variant(store=self.store, product=product, spec_key=spec_key)
                before = [getattr(row, name) for name in _VARIANT_COLUMNS]
                row.price, row.compare_at_price, row.position = variant.price, variant.compare_at_price, position
                row.sku, row.barcode, row.grams = (
                    variant.sku or row.sku,
                    variant.barcode or row.barcode,
                    variant.grams or row.grams,
                )
                if variant.sku:
                    owners[variant.sku] = row
                if row._state.adding:
                    new.append((row, variant, chosen))
                elif before != [getattr(row, name) for name in _VARIANT_COLUMNS]:
                    changed.append(row)
        self._hand_over_skus(known.values(), stored_skus, owners)
        Variant.objects.bulk_create([row for row, _variant, _chosen in new])
        Variant.objects.bulk_update(changed, _VARIANT_COLUMNS)
        VariantValue.objects.bulk_create(
            VariantValue(store=self.store, variant=row, option=value.option, value=value)
            for row, _v, chosen in new
            for value in chosen
        )
        self._stock_up([(row, variant.quantity) for row, variant, _chosen in new])
        self.outcome.variants += len(new) + len(changed)
        self.touched |= {row.product_id for row in [*changed, *(row for row, _v, _c in new)]}

    def _hand_over_skus(self, rows: Iterable[Variant], stored: dict[int, str], owners: dict[str, Variant]) -> None:
        """An SKU that the file gives to another variant of its product is taken off the one that has it, before anything is written."""
        losing = [row for row in rows if owners.get(stored[row.pk], row) is not row]
        for row in losing:
            if row.sku == stored[row.pk]:
                row.sku = ""
        Variant.objects.filter(pk__in=[row.pk for row in losing]).update(sku="")
        self.touched |= {row.product_id for row in losing}

    def _stock_up(self, received: list[tuple[Variant, int]]) -> None:
        """What the file says there is, as goods received; new rows, which nobody else can know yet."""
        rows = Stock.objects.bulk_create(
            Stock(store=self.store, variant=variant, on_hand=count) for variant, count in received
        )
        StockMovement.objects.bulk_create(
            StockMovement(
                store=self.store,
                stock=row,
                kind=StockMovement.Kind.RECEIVED,
                on_hand_delta=row.on_hand,
                reference="import",
                actor=self.actor,
            )
            for row in rows
            if row.on_hand
        )

    # -- pictures

    def _write_pictures(self, reads: list[ReadProduct], products: dict[str, Product]) -> None:
        ids = [product.pk for product in products.values()]
        known = set(ProductPicture.objects.filter(product__in=ids).values_list("product_id", "picture_id"))
        new = []
        variants: dict[tuple[int, str], Picture] = {}
        for read in reads:
            product = products[read.handle]
            for place, source in enumerate(read.pictures):
                picture = self._picture(source, read.handle)
                if picture is None:
                    continue
                variants[product.pk, source.source] = picture
                if (product.pk, picture.pk) not in known:
                    known.add((product.pk, picture.pk))
                    new.append(ProductPicture(store=self.store, product=product, picture=picture, position=place))
        ProductPicture.objects.bulk_create(new)
        self.outcome.pictures += len(new)
        self.touched |= {row.product_id for row in new}
        self._point_variants(reads, products, variants)

    def _point_variants(
        self, reads: list[ReadProduct], products: dict[str, Product], pictures: dict[tuple[int, str], Picture]
    ) -> None:
        """Variants that the file gives a picture of their own."""
        wanted = {
            (products[read.handle].pk, variant.sku): picture
            for read in reads
            for variant in read.variants
            if variant.sku and (picture := pictures.get((products[read.handle].pk, variant.picture)))
        }
        rows = Variant.objects.filter(product__in={pk for pk, _sku in wanted}, sku__in={sku for _pk, sku in wanted})
        changed = []
        for row in rows:
            picture = wanted.get((row.product_id, row.sku))
            if picture is not None and row.picture_id != picture.pk:
                row.picture = picture
                changed.append(row)
        Variant.objects.bulk_update(changed, ["picture"])
        self.touched |= {row.product_id for row in changed}

    def _picture(self, source: ReadPicture, handle: str) -> Picture | None:
        zh, en = source.alt
        if "://" in source.source or source.source.startswith("//"):
            url = source.source if "://" in source.source else f"https:{source.source}"
            return fetch_picture(self.store, url, alt_zh=zh, alt_en=en)
        if self.dry_run:
            return None
        try:
            return add_picture(self.store, self._file(source.source), alt_zh=zh, alt_en=en)
        except (OSError, NoPicture, ValueError) as error:
            why = str(error) if isinstance(error, NoPicture) else _("there is no such file in the folder of pictures")
            text = _("The picture %(name)s could not be taken: %(why)s") % {"name": source.source, "why": why}
            self.outcome.remarks.append(Remark(source.line, handle, "note", text))
            return None

    def _file(self, name: str) -> bytes:
        """The bytes of a file in the folder of pictures; never of one outside it."""
        if self.folder is None:
            raise FileNotFoundError(name)
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise FileNotFoundError(name)
        return path.read_bytes()

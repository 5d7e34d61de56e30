"""Options of a product and the variants that come of them.

A variant has one value of each option. Staff edit options and their values; variants are then made for combinations that have none,
never removed: what is no longer sold is switched off, since orders, stock and its movements stand on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product as combinations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from shop import catalogue, stock
from shop.models import Option, OptionValue, Product, Stock, StockMovement, Variant, VariantValue

MOST_OPTIONS = 3
MOST_VARIANTS = 200


@dataclass
class ValueDraft:
    """A value as staff want it; ``pk`` None for a new one. ``drop`` only takes away what no variant has."""

    zh: str = ""
    en: str = ""
    pk: int | None = None
    drop: bool = False


@dataclass
class OptionDraft:
    """An option as staff want it, its values in their order."""

    zh: str = ""
    en: str = ""
    pk: int | None = None
    drop: bool = False
    values: list[ValueDraft] = field(default_factory=list)


def first_variant(product: Product, *, price: int, quantity: int, actor: str) -> Variant:
    """The one variant of a product that has no options, with its stock."""
    variant: Variant = Variant.objects.create(store=product.store, product=product, price=price)
    _stock_up([variant], quantity, actor)
    catalogue.refresh([product.pk])
    return variant


def in_use(product: Product) -> set[int]:
    """Primary keys of the values that some variant has, sold or not."""
    return set(VariantValue.objects.filter(variant__product=product).values_list("value_id", flat=True))


def missing(product: Product) -> list[tuple[OptionValue, ...]]:
    """The combinations of values for which there is no variant yet."""
    values = [list(option.values.all()) for option in _options(product)]
    if not values or not all(values):
        return []
    known = set(Variant.objects.filter(product=product).values_list("spec_key", flat=True))
    return [row for row in combinations(*values) if _key(row) not in known]


def save_options(product: Product, drafts: list[OptionDraft]) -> None:
    """Bring the product's options and values into the shape of the drafts.

    Variants that lack a value of an option get its first one. Raises ValidationError, and changes nothing, when a draft makes no sense.
    """
    kept = [draft for draft in drafts if not draft.drop]
    _check(kept)
    used = in_use(product)
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        known = {option.pk: option for option in _options(product)}
        for draft in drafts:
            if draft.drop and draft.pk in known:
                _drop_option(known[draft.pk], used)
        for position, draft in enumerate(kept):
            option = known.get(draft.pk or 0) or Option(store=product.store, product=product)
            option.position, option.name_zh, option.name_en = position, draft.zh, draft.en
            option.save()
            _save_values(option, draft.values, used)
        _complete(product)
    catalogue.refresh([product.pk])


def generate(product: Product, *, price: int, quantity: int, actor: str) -> int:
    """Make a variant of each combination that has none. Returns how many. Raises ValidationError when they would be too many."""
    with transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        wanted = missing(product)
        count = Variant.objects.filter(product=product).count()
        if count + len(wanted) > MOST_VARIANTS:
            raise ValidationError(_("That would be more than %(most)s variants.") % {"most": MOST_VARIANTS})
        made = [
            Variant(store=product.store, product=product, price=price, spec_key=_key(row), position=count + number)
            for number, row in enumerate(wanted)
        ]
        Variant.objects.bulk_create(made)
        VariantValue.objects.bulk_create(
            VariantValue(store=product.store, variant=variant, option=value.option, value=value)
            for variant, row in zip(made, wanted, strict=True)
            for value in row
        )
        _stock_up(made, quantity, actor)
    catalogue.refresh([product.pk])
    return len(made)


def adjust(changes: Mapping[int, int], *, actor: str) -> None:
    """Change what is on hand of these variants by so many each. Raises ``stock.StockShort`` and changes nothing."""
    with transaction.atomic():
        for variant_pk, delta in sorted(changes.items()):
            kind = StockMovement.Kind.RECEIVED if delta > 0 else StockMovement.Kind.COUNTED
            stock.change(variant_pk, delta, kind, actor=actor)


def _options(product: Product) -> list[Option]:
    return list(Option.objects.filter(product=product).prefetch_related("values"))


def _key(values: Iterable[OptionValue]) -> str:
    return "-".join(str(value.pk) for value in values)


def _check(drafts: list[OptionDraft]) -> None:
    if len(drafts) > MOST_OPTIONS:
        raise ValidationError(_("A product has %(most)s options at most.") % {"most": MOST_OPTIONS})
    for draft in drafts:
        values = [value for value in draft.values if not value.drop]
        if not (draft.zh or draft.en):
            raise ValidationError(_("Give each option a name in at least one language."))
        if not values:
            raise ValidationError(_("The option “%(name)s” has no choices.") % {"name": draft.en or draft.zh})
        for names in ([value.zh for value in values], [value.en for value in values]):
            given = [name.casefold() for name in names if name]
            twice = next((name for name in given if given.count(name) > 1), None)
            if twice:
                raise ValidationError(_("The choice “%(name)s” is there twice.") % {"name": twice})


def _drop_option(option: Option, used: set[int]) -> None:
    """An option goes as long as no two variants would become the same."""
    values = [value.pk for value in option.values.all()]
    if len(used & set(values)) > 1:
        raise ValidationError(
            _("“%(name)s” tells variants apart and cannot be removed.") % {"name": str(option)},
        )
    VariantValue.objects.filter(option=option).delete()
    option.delete()


def _save_values(option: Option, drafts: list[ValueDraft], used: set[int]) -> None:
    known = {value.pk: value for value in OptionValue.objects.filter(option=option)}
    position = 0
    for draft in drafts:
        value = known.get(draft.pk or 0)
        if draft.drop:
            if value is not None and value.pk in used:
                raise ValidationError(
                    _("There are variants with “%(name)s”: it cannot be removed.") % {"name": str(value)}
                )
            if value is not None:
                value.delete()
            continue
        value = value or OptionValue(store_id=option.store_id, option=option)
        value.position, value.name_zh, value.name_en = position, draft.zh, draft.en
        value.save()
        position += 1


def _complete(product: Product) -> None:
    """Give every variant one value of each option, and the key that follows from them."""
    options = _options(product)
    variants = list(Variant.objects.filter(product=product).prefetch_related("spec"))
    new = []
    for variant in variants:
        has = {row.option_id: row.value_id for row in variant.spec.all()}
        for option in options:
            if option.pk not in has:
                first = min(option.values.all(), key=lambda value: value.position)
                has[option.pk] = first.pk
                new.append(VariantValue(store_id=product.store_id, variant=variant, option=option, value=first))
        variant.spec_key = "-".join(str(has[option.pk]) for option in options)
    VariantValue.objects.bulk_create(new)
    Variant.objects.bulk_update(variants, ["spec_key"])


def _stock_up(variants: list[Variant], quantity: int, actor: str) -> None:
    rows = Stock.objects.bulk_create(
        Stock(store_id=variant.store_id, variant=variant, on_hand=quantity) for variant in variants
    )
    if quantity:
        StockMovement.objects.bulk_create(
            StockMovement(
                store_id=row.store_id, stock=row, kind=StockMovement.Kind.RECEIVED, on_hand_delta=quantity, actor=actor
            )
            for row in rows
        )

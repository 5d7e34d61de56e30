/**
 * Which options of a product can be chosen. Pure: the same answer for the same question, no `wx`.
 *
 * An option is enabled exactly when a sellable variant has it together with all *other* specs that are selected.
 * A selection is {option id: value id}; specs that are not chosen yet are absent.
 */

const sellable = (variant) => variant.available > 0

/** Does the variant have every value of the selection, leaving out one option? */
function fits(variant, selection, exceptOption) {
  return Object.keys(selection).every((option) => option === exceptOption || variant.value_ids.indexOf(selection[option]) >= 0)
}

/** Can this value be chosen while the other specs stay as they are? */
function enabled(product, selection, optionId, valueId) {
  return product.variants.some(
    (variant) => sellable(variant) && variant.value_ids.indexOf(valueId) >= 0 && fits(variant, selection, optionId),
  )
}

/** The selection after a tap on a value: chosen, or given up when it was chosen; unchanged when it is not enabled. */
function toggle(product, selection, optionId, valueId) {
  const next = Object.assign({}, selection)
  if (next[optionId] === valueId) delete next[optionId]
  else if (enabled(product, selection, optionId, valueId)) next[optionId] = valueId
  return next
}

/** The options with the state of each value, as the picker draws them. */
function view(product, selection) {
  return product.options.map((option) => ({
    id: option.id,
    name: option.name,
    values: option.values.map((value) => ({
      id: value.id,
      name: value.name,
      selected: selection[option.id] === value.id,
      enabled: enabled(product, selection, option.id, value.id),
    })),
  }))
}

/** The variant that the selection names, or null while a spec is missing. */
function chosen(product, selection) {
  if (missing(product, selection).length) return null
  return product.variants.find((variant) => fits(variant, selection)) || null
}

/** The options of which nothing is selected yet. */
function missing(product, selection) {
  return product.options.filter((option) => !selection[option.id])
}

/** What is selected from the start: the wanted variant, and every spec that leaves no choice. */
function start(product, variantId) {
  const wanted = product.variants.find((variant) => variant.id === variantId && sellable(variant))
  const selection = {}
  product.options.forEach((option) => {
    const open = option.values.filter((value) => enabled(product, {}, option.id, value.id))
    if (wanted) selection[option.id] = wanted.value_ids.find((id) => option.values.some((value) => value.id === id))
    else if (open.length === 1) selection[option.id] = open[0].id
  })
  return selection
}

/** The selection without what can no longer be had, after the product was loaded anew. */
function prune(product, selection) {
  let kept = {}
  product.options.forEach((option) => {
    const value = selection[option.id]
    if (value && enabled(product, kept, option.id, value)) kept = Object.assign({}, kept, { [option.id]: value })
  })
  return kept
}

/** Lowest and highest price among the variants that are still possible (all of them when none can be sold). */
function range(product, selection) {
  const possible = product.variants.filter((variant) => sellable(variant) && fits(variant, selection))
  const prices = (possible.length ? possible : product.variants).map((variant) => variant.price)
  return prices.length ? { low: Math.min(...prices), high: Math.max(...prices) } : { low: product.price, high: product.price_max }
}

module.exports = { enabled, toggle, view, chosen, missing, start, prune, range }

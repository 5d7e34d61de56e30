/** The shape of a page whose content is on its way. `kind`: home, grid, rows, product, cart, order. */
Component({ properties: { kind: { type: String, value: 'grid' } } })

const i18n = require('../../../services/i18n')
const specs = require('../../specs')

/**
 * The sheet in which a variant and a quantity are chosen.
 * `pick` {variantId, quantity, then}: the shopper is sure; `then` is "cart" or "buy".
 * `select` {selection, variant}: after each tap, so that the page can show the spec and the price.
 */
Component({
  properties: {
    product: { type: Object, value: null },
    open: { type: Boolean, value: false },
    /** what the sheet was opened for: "" (both buttons), "cart" or "buy" */
    then: { type: String, value: '' },
    busy: { type: String, value: '' },
  },

  data: {
    t: {},
    language: '',
    selection: {},
    options: [],
    variant: null,
    picture: null,
    low: 0,
    high: 0,
    quantity: 1,
    max: 99,
    nudge: '',
    missing: '',
  },

  lifetimes: {
    attached() {
      i18n.bind(this, 'product')
    },
  },

  observers: {
    product(product) {
      if (!product) return
      const known = Object.keys(this.data.selection).length
      this.apply(known ? specs.prune(product, this.data.selection) : specs.start(product))
    },
    open(open) {
      if (open) i18n.bind(this, 'product')
    },
  },

  methods: {
    apply(selection) {
      const { product } = this.data
      const variant = specs.chosen(product, selection)
      const { low, high } = specs.range(product, selection)
      const shown = variant && variant.picture_id ? product.pictures.find((picture) => picture.id === variant.picture_id) : null
      const max = variant ? Math.max(1, Math.min(99, variant.available)) : 99
      this.setData({
        selection,
        options: specs.view(product, selection),
        variant,
        low,
        high,
        max,
        quantity: Math.min(this.data.quantity, max),
        picture: shown || product.pictures[0] || product.picture,
        missing: specs.missing(product, selection).map((option) => option.name).join(' · '),
        nudge: '',
      })
      // After this update: the page's own one would otherwise run inside of it.
      wx.nextTick(() => this.triggerEvent('select', { selection, variant }))
    },

    choose(event) {
      const { option, value } = event.currentTarget.dataset
      const { product, selection } = this.data
      if (selection[option] !== value && !specs.enabled(product, selection, option, value)) {
        wx.showToast({ title: i18n.say('product', 'combinationGone'), icon: 'none' })
        return
      }
      this.apply(specs.toggle(product, selection, option, value))
    },

    changeQuantity(event) {
      this.setData({ quantity: event.detail.value })
    },

    close() {
      this.triggerEvent('close')
    },

    pick(event) {
      const { variant, quantity, product, selection } = this.data
      if (!variant) {
        const first = specs.missing(product, selection)[0]
        // The option that is missing is pointed at, not only named.
        this.setData({ nudge: first ? first.id : '' })
        wx.showToast({ title: i18n.say('product', 'chooseFirst', { name: first ? first.name : '' }), icon: 'none' })
        return
      }
      this.triggerEvent('pick', { variantId: variant.id, quantity, then: event.currentTarget.dataset.then })
    },
  },
})

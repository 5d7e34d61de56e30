const i18n = require('../../services/i18n')
const { go } = require('../../services/acting')

/** A product of a list. `kind`: "grid" (picture above) or "row" (picture at the left). */
Component({
  properties: {
    product: { type: Object, value: null },
    kind: { type: String, value: 'grid' },
    share: { type: Number, value: 0.5 },
  },

  data: { t: {}, language: '' },

  lifetimes: {
    attached() {
      i18n.bind(this, 'card')
    },
  },

  pageLifetimes: {
    show() {
      i18n.bind(this, 'card')
    },
  },

  methods: {
    open() {
      go(`/catalogue/product?id=${this.data.product.id}`)
    },
  },
})

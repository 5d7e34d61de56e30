const { go } = require('../../services/acting')

/** Goods in a cart, a quote or an order: picture, title, spec, and whatever the page puts at the right or below. */
Component({
  options: { multipleSlots: true },
  properties: {
    line: { type: Object, value: null },
    dim: { type: Boolean, value: false },
    link: { type: Boolean, value: false },
  },
  methods: {
    open() {
      const { line, link } = this.data
      if (link && line.product_id) go(`/catalogue/product?id=${line.product_id}`)
    },
  },
})

const config = require('../config')
const i18n = require('../services/i18n')
const cart = require('../services/cart')
const catalogue = require('../services/catalogue')
const storage = require('../services/storage')
const storefront = require('../services/store')
const { once, say, go } = require('../services/acting')
const specs = require('./specs')

/** A merchant's tags are in one language only: those that are not in the shopper's are left out. */
function readable(tags) {
  const chinese = i18n.language() === 'zh-Hans'
  return tags.filter((tag) => /[\u3400-\u9fff]/.test(tag) === chinese)
}

Page({
  data: {
    t: i18n.texts('product'),
    language: '',
    product: null,
    freight: null,
    low: 0,
    high: 0,
    optionNames: '',
    tags: [],
    slide: 0,
    spec: '',
    pickerOpen: false,
    then: '',
    busy: '',
    gone: '',
    failed: '',
    inCart: 0,
  },

  /** the id of the page's address */
  id: '',

  onLoad(options) {
    this.id = options.id || ''
    i18n.bind(this, 'product')
    this.load()
  },

  onShow() {
    if (this.data.language && i18n.bind(this, 'product')) this.load()
  },

  async load() {
    try {
      const product = await catalogue.product(this.id)
      const { low, high } = specs.range(product, {})
      const optionNames = product.options.map((option) => option.name).join(' · ')
      this.setData({ product, low, high, optionNames, tags: readable(product.tags), failed: '', gone: '' })
      i18n.setTitle(product.title)
      this.loadFreight()
    } catch (error) {
      if (error.status === 404) this.setData({ gone: this.data.t.gone, product: null })
      else if (this.data.product) say(error.message)
      else this.setData({ failed: error.message })
    }
  },

  /** Delivery in one line; without it the page is still whole. */
  async loadFreight() {
    try {
      const kept = storefront.lastKept('store')
      const store = kept ? kept.answer : await storefront.store()
      this.setData({ freight: store.freight })
    } catch (error) {
      this.setData({ freight: null })
    }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  slideChanged(event) {
    this.setData({ slide: event.detail.current })
  },

  showPicture(event) {
    const { index } = event.currentTarget.dataset
    const addresses = this.data.product.pictures.map((picture) => {
      const largest = picture.sizes[picture.sizes.length - 1]
      return /^\//.test(largest.jpeg) ? config.apiBase + largest.jpeg : largest.jpeg
    })
    wx.previewImage({ urls: addresses, current: addresses[index] })
  },

  chooseSpec() {
    this.setData({ pickerOpen: true, then: '' })
  },

  addToCart() {
    this.act('cart')
  },

  buyNow() {
    this.act('buy')
  },

  /** A product without specs needs no sheet; any other is chosen there. */
  act(then) {
    const { product } = this.data
    if (product.options.length) this.setData({ pickerOpen: true, then })
    else if (product.variants.length) this.take(product.variants[0].id, 1, then)
  },

  closePicker() {
    this.setData({ pickerOpen: false })
  },

  selected(event) {
    const { variant } = event.detail
    this.setData({ spec: variant ? variant.spec : '' })
  },

  picked(event) {
    const { variantId, quantity, then } = event.detail
    this.take(variantId, quantity, then)
  },

  take(variantId, quantity, then) {
    if (then === 'buy') {
      this.setData({ pickerOpen: false })
      storage.write('buy-now', [{ variant_id: variantId, quantity }])
      go('/orders/checkout?from=product')
      return
    }
    once(this, 'cart', async () => {
      try {
        const { count } = await cart.add(variantId, quantity)
        this.setData({ pickerOpen: false, inCart: count })
        say(this.data.t.added)
      } catch (error) {
        // Someone else took the last one: the options on the screen are stale.
        if (error.status === 409 || error.status === 404) this.load()
        throw error
      }
    })
  },

  openCart() {
    wx.switchTab({ url: '/pages/cart/cart' })
  },

  openHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },

  onShareAppMessage() {
    const { product } = this.data
    return { title: product ? product.title : '', path: `/catalogue/product?id=${this.id}` }
  },
})

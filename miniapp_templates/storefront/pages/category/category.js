const i18n = require('../../services/i18n')
const cart = require('../../services/cart')
const catalogue = require('../../services/catalogue')
const listing = require('../../services/listing')
const storefront = require('../../services/store')
const { go } = require('../../services/acting')

Page({
  data: {
    t: i18n.texts('category'),
    language: '',
    categories: [],
    current: '',
    child: '',
    children: [],
    list: listing.EMPTY,
    failed: '',
    keptAt: 0,
    refreshing: false,
    top: 0,
  },

  onLoad() {
    i18n.bind(this, 'category')
    this.load()
  },

  onShow() {
    if (i18n.bind(this, 'category')) this.load()
    i18n.setTitle(this.data.t.title)
    i18n.labelTabs()
    cart.drawBadge()
  },

  async load() {
    try {
      this.showCategories((await catalogue.categories()).results, 0)
    } catch (error) {
      const kept = storefront.lastKept('categories')
      if (kept) this.showCategories(kept.answer.results, kept.at)
      else this.setData({ failed: error.message })
    }
  },

  showCategories(categories, keptAt) {
    const known = categories.find((category) => category.id === this.data.current) || categories[0]
    this.setData({ categories, keptAt, failed: '', current: known ? known.id : '', children: known ? known.children || [] : [] })
    if (known) listing.reload(this, this.page())
  },

  /** The loader of the category in view. */
  page() {
    const category = this.data.child || this.data.current
    return (cursor) => catalogue.products({ category, cursor, page_size: 20 })
  },

  choose(event) {
    const { id } = event.currentTarget.dataset
    if (id === this.data.current) return
    const category = this.data.categories.find((one) => one.id === id)
    this.setData({ current: id, child: '', children: category.children || [], top: 0 })
    listing.reload(this, this.page(), { clear: true })
  },

  chooseChild(event) {
    const { id } = event.currentTarget.dataset
    this.setData({ child: id === this.data.child ? '' : id, top: 0 })
    listing.reload(this, this.page(), { clear: true })
  },

  more() {
    listing.more(this, this.page())
  },

  async refresh() {
    this.setData({ refreshing: true })
    await this.load()
    this.setData({ refreshing: false })
  },

  retry() {
    listing.again(this, this.page())
  },

  search() {
    go('/catalogue/search')
  },
})

const i18n = require('../services/i18n')
const catalogue = require('../services/catalogue')
const listing = require('../services/listing')
const { go } = require('../services/acting')

const SORTS = ['popular', 'newest', 'price', '-price']

/** The name of a category anywhere in the tree. */
function nameOf(categories, id) {
  for (const category of categories) {
    if (category.id === id) return category.name
    const below = nameOf(category.children || [], id)
    if (below) return below
  }
  return ''
}

/** What a shopper types ("12", "12.5") in minor units; "" stays "". The server decides what is in range. */
function minor(typed, places) {
  const match = /^(\d{1,7})(?:[.,](\d*))?$/.exec(String(typed).trim())
  if (!match) return ''
  return String(Number(match[1] + ((match[2] || '') + '000').slice(0, places)))
}

Page({
  data: {
    t: i18n.texts('list'),
    language: '',
    q: '',
    category: '',
    sort: 'popular',
    low: '',
    high: '',
    filtered: false,
    filterOpen: false,
    draftLow: '',
    draftHigh: '',
    list: listing.EMPTY,
  },

  onLoad(options) {
    i18n.bind(this, 'list')
    this.setData({ q: options.q ? decodeURIComponent(options.q) : '', category: options.category || '', sort: options.sort || 'popular' })
    this.name()
    this.reload(true)
  },

  onShow() {
    i18n.bind(this, 'list')
  },

  /** Title: what was searched for, or the category's name once it is known. */
  async name() {
    const { q, category, t } = this.data
    i18n.setTitle(q || t.title)
    if (q || !category) return
    try {
      const name = nameOf((await catalogue.categories()).results, category)
      if (name) i18n.setTitle(name)
    } catch (error) {
      // The list itself will say that the network is away.
    }
  },

  loader() {
    const { q, category, sort, low, high } = this.data
    return (cursor) => catalogue.products({ q, category, sort, min_price: low, max_price: high, cursor, page_size: 20 })
  },

  reload(clear) {
    return listing.reload(this, this.loader(), { clear })
  },

  async onPullDownRefresh() {
    await this.reload(false)
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    listing.more(this, this.loader())
  },

  retry() {
    listing.again(this, this.loader())
  },

  again() {
    this.reload(true)
  },

  /** The price tab turns its direction at a second tap. */
  sortBy(event) {
    const { sort } = event.currentTarget.dataset
    const next = sort === 'price' && this.data.sort === 'price' ? '-price' : sort
    if (next === this.data.sort || SORTS.indexOf(next) < 0) return
    this.setData({ sort: next })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    this.reload(true)
  },

  openFilter() {
    this.setData({ filterOpen: true })
  },

  closeFilter() {
    this.setData({ filterOpen: false })
  },

  typeLow(event) {
    this.setData({ draftLow: event.detail.value })
  },

  typeHigh(event) {
    this.setData({ draftHigh: event.detail.value })
  },

  applyFilter() {
    const currency = this.data.list.items.length ? this.data.list.items[0].currency : 'CNY'
    const places = { JPY: 0, KRW: 0, VND: 0 }[currency] === 0 ? 0 : 2
    const low = minor(this.data.draftLow, places)
    const high = minor(this.data.draftHigh, places)
    this.setData({ low, high, filtered: !!(low || high), filterOpen: false })
    this.reload(true)
  },

  clearFilter() {
    this.setData({ low: '', high: '', draftLow: '', draftHigh: '', filtered: false, filterOpen: false })
    this.reload(true)
  },

  search() {
    const { q } = this.data
    if (getCurrentPages().length > 1 && q) wx.navigateBack()
    else go(`/catalogue/search?q=${encodeURIComponent(q)}`)
  },

  onShareAppMessage() {
    const { q, category, t } = this.data
    return { title: q || t.title, path: `/catalogue/list?category=${category}&q=${encodeURIComponent(q)}` }
  },
})

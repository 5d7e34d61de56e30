const config = require('../../config')
const i18n = require('../../services/i18n')
const cart = require('../../services/cart')
const catalogue = require('../../services/catalogue')
const listing = require('../../services/listing')
const storefront = require('../../services/store')
const { go } = require('../../services/acting')

/** Neighbouring heroes become one swiper; everything else is drawn as it comes. */
function arrange(sections) {
  const rows = []
  sections.forEach((section) => {
    const last = rows[rows.length - 1]
    if (section.kind === 'hero' && last && last.kind === 'hero') last.slides.push(section)
    else if (section.kind === 'hero') rows.push({ id: section.id, kind: 'hero', slides: [section] })
    else rows.push(section)
  })
  return rows
}

/** Everything after the merchant's sections: the newest goods, page by page. */
const newest = (cursor) => catalogue.products({ sort: 'newest', cursor, page_size: 20 })

Page({
  data: { t: i18n.texts('home'), language: '', store: null, rows: [], slides: {}, list: listing.EMPTY, failed: '', keptAt: 0, busy: '' },

  onLoad() {
    this.show()
    this.load()
  },

  onShow() {
    if (this.show()) this.load()
    cart.drawBadge()
  },

  /** Words of the language in force; true when they changed under the page. */
  show() {
    const before = this.data.language
    const changed = i18n.bind(this, 'home')
    i18n.labelTabs()
    i18n.setTitle(this.data.store ? this.data.store.name : config.name[i18n.language()] || '')
    return changed && before !== ''
  },

  async load() {
    try {
      const [store, home] = await Promise.all([storefront.store(), storefront.home()])
      this.setData({ store, rows: arrange(home.sections), failed: '', keptAt: 0 })
      i18n.setTitle(store.name)
      cart.cart().catch(() => {})
    } catch (error) {
      this.showKept(error)
    }
    listing.reload(this, newest)
  },

  /** Without a network the shop of the last visit is still there to look at. */
  showKept(error) {
    const store = storefront.lastKept('store')
    const home = storefront.lastKept('home')
    if (store && home) this.setData({ store: store.answer, rows: arrange(home.answer.sections), keptAt: home.at, failed: '' })
    else this.setData({ failed: error.message })
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    listing.more(this, newest)
  },

  retryMore() {
    listing.again(this, newest)
  },

  slideChanged(event) {
    this.setData({ [`slides.${event.currentTarget.dataset.row}`]: event.detail.current })
  },

  search() {
    go('/catalogue/search')
  },

  openLink(event) {
    const { kind, id } = event.currentTarget.dataset
    if (kind === 'product') go(`/catalogue/product?id=${id}`)
    else if (kind === 'category') go(`/catalogue/list?category=${id}`)
  },

  onShareAppMessage() {
    return { title: this.data.store ? this.data.store.name : config.name[i18n.language()], path: '/pages/home/home' }
  },
})

const i18n = require('../../services/i18n')
const cart = require('../../services/cart')
const orders = require('../../services/orders')
const storage = require('../../services/storage')
const storefront = require('../../services/store')
const { go } = require('../../services/acting')

const LANGUAGES = [
  { code: 'zh-Hans', name: '简体中文' },
  { code: 'en', name: 'English' },
]

Page({
  data: {
    t: i18n.texts('me'),
    language: '',
    store: null,
    nickname: '',
    initial: '',
    counts: { pending: 0, paid: 0, shipped: 0 },
    languages: LANGUAGES.filter((one) => i18n.languages.indexOf(one.code) >= 0),
    languageName: '',
    sheetOpen: false,
  },

  onShow() {
    this.words()
    cart.drawBadge()
    this.load()
  },

  words() {
    i18n.bind(this, 'me')
    i18n.setTitle(this.data.t.title)
    i18n.labelTabs()
    const now = LANGUAGES.find((one) => one.code === i18n.language())
    const shopper = storage.read('shopper', null)
    const nickname = (shopper && shopper.nickname) || ''
    this.setData({ languageName: now ? now.name : '', nickname, initial: nickname.slice(0, 1) })
  },

  /** What is missing stays as it was: this page is whole without a network. */
  async load() {
    const [counts, store] = await Promise.all([orders.counts().catch(() => null), storefront.store().catch(() => null)])
    const kept = storefront.lastKept('store')
    this.setData({ counts: counts || this.data.counts, store: store || (kept && kept.answer) || this.data.store })
    this.words()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  openOrders(event) {
    go(`/orders/list?state=${event.currentTarget.dataset.state}`)
  },

  openAddresses() {
    go('/account/addresses')
  },

  openAbout() {
    go('/account/about')
  },

  openLanguages() {
    this.setData({ sheetOpen: true })
  },

  closeLanguages() {
    this.setData({ sheetOpen: false })
  },

  chooseLanguage(event) {
    i18n.setLanguage(event.currentTarget.dataset.code)
    this.setData({ sheetOpen: false })
    this.words()
    this.load()
  },
})

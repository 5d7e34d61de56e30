const i18n = require('../services/i18n')
const catalogue = require('../services/catalogue')
const { ask, go } = require('../services/acting')
const storefront = require('../services/store')

Page({
  data: { t: i18n.texts('search'), language: '', q: '', history: [], categories: [] },

  onLoad(options) {
    i18n.bind(this, 'search')
    i18n.setTitle(this.data.t.title)
    const kept = storefront.lastKept('categories')
    if (kept) this.setData({ categories: kept.answer.results })
    catalogue.categories().then(
      (answer) => this.setData({ categories: answer.results }),
      () => {},
    )
    if (options.q) this.setData({ q: decodeURIComponent(options.q) })
  },

  onShow() {
    this.setData({ history: catalogue.searches() })
  },

  type(event) {
    this.setData({ q: event.detail.value })
  },

  clear() {
    this.setData({ q: '' })
  },

  submit() {
    this.go(this.data.q)
  },

  again(event) {
    this.go(event.currentTarget.dataset.words)
  },

  go(words) {
    const q = String(words).trim()
    if (!q) return
    catalogue.rememberSearch(q)
    this.setData({ q })
    go(`/catalogue/list?q=${encodeURIComponent(q)}`)
  },

  async forget() {
    const { t } = this.data
    if (!(await ask({ title: t.forgetTitle, confirm: t.forget }))) return
    catalogue.forgetSearches()
    this.setData({ history: [] })
  },

  openCategory(event) {
    go(`/catalogue/list?category=${event.currentTarget.dataset.id}`)
  },
})

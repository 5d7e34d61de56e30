const i18n = require('../services/i18n')
const listing = require('../services/listing')
const orders = require('../services/orders')
const { ORDER_TABS } = require('../services/states')
const actions = require('./actions')
const { go } = require('../services/acting')

Page({
  data: { t: i18n.texts('orders'), language: '', tabs: ORDER_TABS, state: '', counts: {}, list: listing.EMPTY, busy: '' },

  onLoad(options) {
    i18n.bind(this, 'orders')
    i18n.setTitle(this.data.t.title)
    this.setData({ state: ORDER_TABS.indexOf(options.state) >= 0 ? options.state : '' })
  },

  /** Also when an order's page is left: its state may have changed there. */
  onShow() {
    this.reload(false)
  },

  /** The loader of the tab in view; each order gets its buttons. */
  loader() {
    const { state } = this.data
    return async (cursor) => {
      const answer = await orders.orders(state, cursor)
      const results = answer.results.map((order) => {
        const lines = order.lines.map((line, place) => Object.assign({ place }, line))
        return Object.assign(actions.withButtons(order), { lines })
      })
      return { results, next: answer.next }
    }
  },

  reload(clear) {
    orders.counts().then(
      (counts) => this.setData({ counts }),
      () => {},
    )
    return listing.reload(this, this.loader(), { clear })
  },

  again() {
    this.reload(false)
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

  choose(event) {
    const { state } = event.currentTarget.dataset
    if (state === this.data.state) return
    this.setData({ state })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    this.reload(true)
  },

  open(event) {
    go(`/orders/order?id=${event.currentTarget.dataset.id}`)
  },

  act(event) {
    const { action, id } = event.currentTarget.dataset
    actions.run(this, action, id, () => this.reload(false))
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

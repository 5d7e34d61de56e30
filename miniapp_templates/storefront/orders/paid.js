const i18n = require('../services/i18n')
const orders = require('../services/orders')
const payment = require('../services/payment')
const { once } = require('../services/acting')
const { PAYMENT } = require('../services/states')

/** The bank's word may take a few seconds: five looks, two seconds apart; then the shopper decides. */
const LOOKS = 5
const PAUSE = 2000

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

Page({
  data: { t: i18n.texts('paid'), language: '', id: '', state: 'asking', order: null, busy: '' },

  /** set when the page goes away, so that nobody asks any more */
  left: false,

  onLoad(options) {
    i18n.bind(this, 'paid')
    i18n.setTitle(this.data.t.title)
    this.left = false
    this.setData({ id: options.id || '' })
    this.ask()
    orders.order(this.data.id).then(
      (order) => this.setData({ order }),
      () => {},
    )
  },

  onUnload() {
    this.left = true
  },

  ask() {
    return once(this, 'ask', async () => {
      this.setData({ state: 'asking' })
      for (let look = 0; look < LOOKS && !this.left; look += 1) {
        const state = await this.look()
        if (state) {
          this.setData({ state })
          return
        }
        if (look < LOOKS - 1) await wait(PAUSE)
      }
      this.setData({ state: 'unknown' })
    })
  },

  /** One look: "done", "failed", or "" while nobody knows (a lost connection is not an answer either). */
  async look() {
    try {
      const { state } = await payment.state(this.data.id)
      if (state === PAYMENT.SUCCEEDED) return 'done'
      return state === PAYMENT.CLOSED || state === PAYMENT.FAILED ? 'failed' : ''
    } catch (error) {
      return ''
    }
  },

  openOrder() {
    wx.redirectTo({ url: `/orders/order?id=${this.data.id}` })
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

const i18n = require('../services/i18n')
const orders = require('../services/orders')
const payment = require('../services/payment')
const { copy, tell, go } = require('../services/acting')
const { ORDER } = require('../services/states')
const actions = require('./actions')

/** How often an order is looked at while something is on its way: closing, or just paid. */
const PAUSE = 3000

Page({
  data: { t: i18n.texts('order'), language: '', order: null, newest: null, left: 0, transfer: [], failed: '', gone: false, busy: '' },

  id: '',
  /** timers of the countdown and of looking again; 0 when not running */
  ticking: 0,
  looking: 0,

  onLoad(options) {
    i18n.bind(this, 'order')
    i18n.setTitle(this.data.t.title)
    this.id = options.id || ''
  },

  onShow() {
    this.load()
  },

  onHide() {
    this.stop()
  },

  onUnload() {
    this.stop()
  },

  stop() {
    clearInterval(this.ticking)
    clearTimeout(this.looking)
  },

  async load() {
    try {
      const order = await orders.order(this.id)
      await this.loadTransfer(order)
      this.show(order)
    } catch (error) {
      if (error.status === 404) this.setData({ gone: true })
      else if (this.data.order) tell(error)
      else this.setData({ failed: error.message })
    }
  },

  /** What the shopper has to know to pay an order that no provider's cashier is open for; nothing most of the time. */
  async loadTransfer(order) {
    const waits = (order.state === ORDER.PENDING && !order.closing) || order.state === ORDER.CONFIRMED
    const lines = waits ? (await payment.state(this.id)).instructions : []
    this.setData({ transfer: lines.map((line, place) => Object.assign({ place }, line)) })
  },

  show(order) {
    const moving = order.parcels.filter((parcel) => parcel.events.length)
    const newest = moving.length ? moving.reduce((a, b) => (a.events[0].happened_at >= b.events[0].happened_at ? a : b)) : null
    this.setData({
      order: actions.withButtons(order),
      newest: newest ? { parcel: newest, event: newest.events[0] } : null,
      failed: '',
    })
    this.stop()
    this.setData({ left: 0 })
    if (order.state === ORDER.PENDING && order.expires_at && !order.closing) this.countDown(order.expires_at)
    if (order.closing) this.looking = setTimeout(() => this.load(), PAUSE)
  },

  /** The time left to pay. At its end the server is asked what became of the order. */
  countDown(until) {
    const end = Date.parse(until)
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000))
      this.setData({ left })
      if (left) return
      this.stop()
      this.looking = setTimeout(() => this.load(), PAUSE)
    }
    this.ticking = setInterval(tick, 1000)
    tick()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  act(event) {
    actions.run(this, event.currentTarget.dataset.action, this.id, () => this.load())
  },

  openParcel(event) {
    go(`/orders/parcel?order=${this.id}&id=${event.currentTarget.dataset.id}`)
  },

  openProduct(event) {
    go(`/catalogue/product?id=${event.currentTarget.dataset.id}`)
  },

  copyLine(event) {
    copy(this.data.transfer[event.currentTarget.dataset.place].value)
  },

  copyNumber() {
    copy(this.data.order.number)
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

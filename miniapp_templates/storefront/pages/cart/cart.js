const i18n = require('../../services/i18n')
const cart = require('../../services/cart')
const { once, ask, say, tell, go } = require('../../services/acting')
const { LINE } = require('../../services/states')

/** A quantity is sent when it has not been tapped for so long, ms. */
const QUIET = 350

/** How far a line is drawn aside before its delete button stays open, px. */
const SWIPE = 40

Page({
  data: { t: i18n.texts('cart'), language: '', cart: null, valid: [], invalid: [], allSelected: false, failed: '', busy: '', swiped: '' },

  startX: 0,
  startY: 0,

  /** quantities that were tapped and are not sent yet, by line; and the timer that will send them */
  waiting: {},
  timer: 0,

  onLoad() {
    i18n.bind(this, 'cart')
  },

  onShow() {
    i18n.bind(this, 'cart')
    i18n.setTitle(this.data.t.title)
    i18n.labelTabs()
    cart.drawBadge()
    this.load()
  },

  async load() {
    try {
      this.show(await cart.cart())
    } catch (error) {
      if (this.data.cart) tell(error)
      else this.setData({ failed: error.message })
    }
  },

  /** Lines that can be bought above, those that cannot below. What was tapped since the server was asked stays. */
  show(answer) {
    const buyable = (line) => line.status === LINE.OK || line.status === LINE.SHORT
    const tapped = (line) => (line.id in this.waiting ? Object.assign({}, line, { quantity: this.waiting[line.id] }) : line)
    const valid = answer.lines.filter(buyable).map(tapped)
    this.setData({
      cart: answer,
      valid,
      invalid: answer.lines.filter((line) => !buyable(line)),
      allSelected: valid.length > 0 && valid.every((line) => line.selected),
      failed: '',
      swiped: '',
    })
    cart.drawBadge()
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  onHide() {
    this.send()
  },

  /** Every change is made by the server; when it refuses, what it has is shown again. */
  change(action) {
    return once(this, 'change', async () => {
      try {
        await this.sendWaiting()
        this.show(await action())
        return true
      } catch (error) {
        this.load()
        throw error
      }
    })
  },

  toggle(event) {
    const { id, selected } = event.currentTarget.dataset
    this.change(() => cart.change(id, { selected: !selected }))
  },

  toggleAll() {
    this.change(() => cart.selectAll(!this.data.allSelected))
  },

  /** Shown at once, sent when the finger rests: ten taps are one request. Totals change with the server's answer. */
  quantity(event) {
    const { id } = event.currentTarget.dataset
    const index = this.data.valid.findIndex((line) => line.id === id)
    this.setData({ [`valid[${index}].quantity`]: event.detail.value })
    this.waiting = Object.assign({}, this.waiting, { [id]: event.detail.value })
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.send(), QUIET)
  },

  /** Sends what waits; while another change is under way it waits a little longer. */
  send() {
    clearTimeout(this.timer)
    if (!Object.keys(this.waiting).length) return Promise.resolve(true)
    if (this.data.busy) {
      this.timer = setTimeout(() => this.send(), QUIET)
      return Promise.resolve(false)
    }
    return this.change(cart.cart)
  },

  async sendWaiting() {
    const waiting = this.waiting
    this.waiting = {}
    clearTimeout(this.timer)
    for (const id of Object.keys(waiting)) await cart.change(id, { quantity: waiting[id] })
  },

  /** "Take 3 instead": the line is set to what is left. */
  takeWhatIsLeft(event) {
    const { id, available } = event.currentTarget.dataset
    this.change(() => cart.change(id, { quantity: available, selected: true }))
  },

  async drop(event) {
    const { id, title } = event.currentTarget.dataset
    const { t } = this.data
    if (!(await ask({ title: t.dropTitle, content: title, confirm: t.drop }))) return
    if (await this.change(() => cart.drop(id))) say(t.dropped)
  },

  async dropInvalid() {
    const { t, invalid } = this.data
    if (!(await ask({ title: t.dropInvalidTitle, confirm: t.drop }))) return
    this.change(async () => {
      let answer = this.data.cart
      for (const line of invalid) answer = await cart.drop(line.id)
      return answer
    })
  },

  touchStart(event) {
    this.startX = event.touches[0].clientX
    this.startY = event.touches[0].clientY
  },

  /** A finger that moves aside rather than up opens or shuts the line's delete button. */
  touchEnd(event) {
    const touch = event.changedTouches[0]
    const aside = touch.clientX - this.startX
    if (Math.abs(aside) < SWIPE || Math.abs(touch.clientY - this.startY) > Math.abs(aside) / 2) return
    this.setData({ swiped: aside < 0 ? event.currentTarget.dataset.id : '' })
  },

  async checkout() {
    if (!(await this.send())) return
    if (!this.data.cart.selected_count) {
      say(this.data.t.selectFirst)
      return
    }
    go('/orders/checkout')
  },

  goHome() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

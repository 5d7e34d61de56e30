const i18n = require('../services/i18n')
const addresses = require('../services/addresses')
const cart = require('../services/cart')
const orders = require('../services/orders')
const storage = require('../services/storage')
const { newKey } = require('../services/request')
const { once, say, tell, go } = require('../services/acting')
const { pay } = require('./actions')

/** Anomalies that a smaller quantity, or leaving the line out, would mend. */
const MENDED = ['out_of_stock', 'withdrawn']

/** Each anomaly at the line it is about; what is about no line that is shown stands above them. */
function sortAnomalies(quote) {
  const atLine = {}
  const general = []
  quote.anomalies.forEach((anomaly, index) => {
    const shown = quote.lines.some((line) => line.variant_id === anomaly.variant_id)
    const text = anomaly.title && !shown ? `${anomaly.title}: ${anomaly.detail}` : anomaly.detail
    const left = anomaly.type === 'out_of_stock' ? anomaly.available || 0 : 0
    const entry = { key: String(index), text, left, mended: MENDED.indexOf(anomaly.type) >= 0 }
    if (shown) atLine[anomaly.variant_id] = entry
    // The empty address card says it already.
    else if (anomaly.type !== 'no_address') general.push(entry)
  })
  return { atLine, general }
}

Page({
  data: {
    t: i18n.texts('checkout'),
    language: '',
    address: null,
    addressKnown: false,
    quote: null,
    atLine: {},
    general: [],
    oneLine: false,
    note: '',
    changed: false,
    failed: '',
    busy: '',
  },

  /** lines of "buy now"; null when the cart's selection is ordered */
  lines: null,
  /** the last order that was sent and its Idempotency-Key: the same order again has the same key */
  sent: '',
  key: '',

  onLoad(options) {
    i18n.bind(this, 'checkout')
    i18n.setTitle(this.data.t.title)
    this.lines = options.from === 'product' ? storage.read('buy-now', []) : null
    this.setData({ oneLine: !!this.lines })
    this.sent = ''
    this.key = ''
  },

  /** Also after the address page: what was picked there waits in the storage. */
  onShow() {
    this.load()
  },

  async load() {
    try {
      const list = await addresses.all()
      const picked = storage.read('address', '')
      const current = this.data.address && this.data.address.id
      const address = list.find((one) => one.id === picked) || list.find((one) => one.id === current) || list[0] || null
      storage.remove('address')
      this.setData({ address, addressKnown: true })
      await this.quote()
    } catch (error) {
      if (this.data.quote) tell(error)
      else this.setData({ failed: error.message })
    }
  },

  async quote() {
    const { address } = this.data
    const quote = await orders.quote(address ? address.id : '', this.lines || undefined)
    this.setData(Object.assign({ quote, failed: '' }, sortAnomalies(quote)))
  },

  pickAddress() {
    const { address } = this.data
    if (address) go(`/account/addresses?pick=1&chosen=${address.id}`)
    else go('/account/addresses?pick=1')
  },

  typeNote(event) {
    this.setData({ note: event.detail.value })
  },

  quantity(event) {
    this.setQuantity(event.currentTarget.dataset.variant, event.detail.value)
  },

  takeWhatIsLeft(event) {
    const { variant, available } = event.currentTarget.dataset
    this.setQuantity(variant, available)
  },

  /** Of "buy now" the lines are this page's own; of the cart they are the server's. */
  setQuantity(variant, quantity) {
    once(this, 'quantity', async () => {
      if (this.lines) {
        const lines = this.lines.map((line) => (line.variant_id === variant ? { variant_id: variant, quantity } : line))
        this.lines = lines.filter((line) => line.quantity > 0)
      } else await this.setInCart(variant, quantity)
      await this.quote()
    })
  },

  async setInCart(variant, quantity) {
    const { lines } = await cart.cart()
    const line = lines.find((one) => one.variant_id === variant)
    if (!line) return
    if (quantity > 0) await cart.change(line.id, { quantity })
    else await cart.change(line.id, { selected: false })
  },

  place() {
    const { t, quote, address, note } = this.data
    if (!address) {
      say(t.needAddress)
      return
    }
    if (!quote || !quote.placeable) {
      say(t.notPlaceable)
      return
    }
    once(this, 'place', async () => {
      const order = { addressId: address.id, lines: this.lines || undefined, expectedTotal: quote.total, note: note.trim() }
      const body = JSON.stringify(order)
      if (body !== this.sent) this.key = newKey()
      this.sent = body
      let placed
      try {
        placed = await orders.place(order, this.key)
      } catch (error) {
        if (error.status === 409) await this.conflict(error)
        throw error
      }
      cart.cart().catch(() => {})
      await pay(this, placed.id, true)
    })
  },

  /** Prices or stock moved while the shopper was reading: the page shows how, and asks again. */
  async conflict(error) {
    this.sent = ''
    this.setData({ changed: error.kind === 'total-changed' })
    await this.quote().catch(() => {})
  },

  goCart() {
    wx.switchTab({ url: '/pages/cart/cart' })
  },
})

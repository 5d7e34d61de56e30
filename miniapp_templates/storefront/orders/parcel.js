const i18n = require('../services/i18n')
const orders = require('../services/orders')
const { copy, tell } = require('../services/acting')

/** A phone number in the carrier's text can be called. */
const PHONE = /1[3-9]\d{9}/

Page({
  data: { t: i18n.texts('parcel'), language: '', parcel: null, failed: '' },

  orderId: '',
  id: '',

  onLoad(options) {
    i18n.bind(this, 'parcel')
    i18n.setTitle(this.data.t.title)
    this.orderId = options.order || ''
    this.id = options.id || ''
    this.load()
  },

  async load() {
    try {
      const parcel = await orders.parcel(this.orderId, this.id)
      parcel.events = parcel.events.map((event) => Object.assign({ phone: (PHONE.exec(event.text) || [''])[0] }, event))
      this.setData({ parcel, failed: '' })
    } catch (error) {
      if (this.data.parcel) tell(error)
      else this.setData({ failed: error.message })
    }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  copyWaybill() {
    copy(this.data.parcel.waybill)
  },

  call(event) {
    wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.phone, fail: () => {} })
  },
})

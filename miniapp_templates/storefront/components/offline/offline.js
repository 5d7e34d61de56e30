const i18n = require('../../services/i18n')

/** What each of these listens with, so that it can stop. */
const listeners = new WeakMap()

/** A quiet line while there is no network. `at`: when what the page shows was loaded (ms), 0 when it is fresh. */
Component({
  properties: { at: { type: Number, value: 0 } },
  data: { t: {}, language: '', off: false },
  lifetimes: {
    attached() {
      i18n.bind(this)
      wx.getNetworkType({ success: (answer) => this.watch(answer.networkType !== 'none') })
      const self = this
      const listener = (change) => self.watch(change.isConnected)
      listeners.set(this, listener)
      wx.onNetworkStatusChange(listener)
    },
    detached() {
      wx.offNetworkStatusChange(listeners.get(this))
    },
  },
  pageLifetimes: {
    show() {
      i18n.bind(this)
    },
  },
  methods: {
    watch(connected) {
      if (this.data.off === !connected) return
      this.setData({ off: !connected })
      if (connected) this.triggerEvent('back')
    },
  },
})

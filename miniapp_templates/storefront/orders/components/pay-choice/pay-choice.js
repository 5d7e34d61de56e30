const i18n = require('../../../services/i18n')

/** What is drawn before each way to pay; others get a wallet. */
const ICONS = { cash_on_delivery: 'icon-truck', bank_transfer: 'icon-bank' }

/** Who waits for the answer, by the sheet that asks. */
const waiting = new WeakMap()

/** A sheet that asks how to pay. `choose(methods)` opens it and resolves with the one chosen, or null. */
Component({
  data: { t: i18n.texts('payChoice'), language: '', open: false, methods: [], chosen: '' },
  lifetimes: {
    attached() {
      i18n.bind(this, 'payChoice')
    },
    detached() {
      this.answer(null)
    },
  },
  methods: {
    /** @returns {Promise<any>} one of `methods`, or null when the sheet was closed */
    choose(methods) {
      i18n.bind(this, 'payChoice')
      this.answer(null)
      const drawn = methods.map((one) => Object.assign({ icon: ICONS[one.provider] || 'icon-wallet' }, one))
      this.setData({ methods: drawn, chosen: drawn[0].provider, open: true })
      return new Promise((resolve) => {
        waiting.set(this, resolve)
      })
    },

    pick(event) {
      this.setData({ chosen: event.currentTarget.dataset.provider })
    },

    confirm() {
      const { methods, chosen } = this.data
      this.answer(methods.find((one) => one.provider === chosen) || null)
    },

    close() {
      this.answer(null)
    },

    answer(method) {
      const resolve = waiting.get(this)
      waiting.delete(this)
      if (this.data.open) this.setData({ open: false })
      if (resolve) resolve(method)
    },
  },
})

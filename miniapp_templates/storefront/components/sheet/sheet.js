const i18n = require('../../services/i18n')

/** A sheet that slides up over the page; on wide screens a dialog in the middle. Closes by `close`; the page decides. */
Component({
  options: { multipleSlots: true },
  properties: {
    open: { type: Boolean, value: false },
    title: { type: String, value: '' },
  },
  data: { t: {}, language: '', drawn: false },
  lifetimes: {
    attached() {
      i18n.bind(this)
    },
  },
  observers: {
    open(open) {
      if (open && !this.data.drawn) this.setData({ drawn: true })
      if (this.data.language) i18n.bind(this)
    },
  },
  methods: {
    close() {
      this.triggerEvent('close')
    },
    stay() {},
  },
})

const i18n = require('../../services/i18n')

/** A quantity between 1 and `max`. `change` carries {value}; what is shown follows the property, so a refusal shows. */
Component({
  properties: {
    value: { type: Number, value: 1 },
    max: { type: Number, value: 99 },
    disabled: { type: Boolean, value: false },
    /** tells several steppers of a page apart */
    name: { type: String, value: '' },
  },
  data: { t: {}, language: '' },
  lifetimes: {
    attached() {
      i18n.bind(this, 'stepper')
    },
  },
  pageLifetimes: {
    show() {
      i18n.bind(this, 'stepper')
    },
  },
  methods: {
    less() {
      this.move(this.data.value - 1)
    },

    more() {
      this.move(this.data.value + 1)
    },

    typed(event) {
      const wanted = parseInt(event.detail.value, 10)
      // Nonsense puts the old number back into the field.
      if (!(wanted >= 1)) this.setData({ value: this.data.value })
      else this.move(Math.min(wanted, this.data.max))
    },

    move(value) {
      if (this.data.disabled || value === this.data.value) return
      if (value < 1) return
      if (value > this.data.max) {
        wx.showToast({ title: i18n.say('stepper', 'noMore', { n: this.data.max }), icon: 'none' })
        return
      }
      this.triggerEvent('change', { value })
    },
  },
})

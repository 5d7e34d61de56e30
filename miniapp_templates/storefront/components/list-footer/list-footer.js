const i18n = require('../../services/i18n')

/** The end of a list: loading, all shown, or failed with a way to try again. An empty list is the page's to draw. */
Component({
  properties: {
    state: { type: String, value: 'loading' },
    message: { type: String, value: '' },
  },
  data: { t: {}, language: '' },
  lifetimes: {
    attached() {
      i18n.bind(this)
    },
  },
  pageLifetimes: {
    show() {
      i18n.bind(this)
    },
  },
  methods: {
    retry() {
      this.triggerEvent('retry')
    },
  },
})

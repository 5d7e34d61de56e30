const config = require('../config')
const i18n = require('../services/i18n')
const storefront = require('../services/store')
const { say } = require('../services/acting')

Page({
  data: { t: i18n.texts('about'), language: '', name: '', slogan: '', logo: null, version: '' },

  onLoad() {
    i18n.bind(this, 'about')
    i18n.setTitle(this.data.t.title)
    const { version } = wx.getAccountInfoSync().miniProgram
    this.setData({ name: config.name[i18n.language()] || '', version })
    this.load()
  },

  async load() {
    try {
      const store = await storefront.store()
      this.setData({ name: store.name, slogan: store.brand.slogan, logo: store.brand.logo })
    } catch (error) {
      // The page is readable without it.
    }
  },

  /** WeChat shows the privacy statement that the merchant filed there. */
  openPrivacy() {
    wx.openPrivacyContract({ fail: () => say(this.data.t.noPrivacy) })
  },
})

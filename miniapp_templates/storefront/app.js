const { login } = require('./services/request')
const { tell } = require('./services/acting')

App({
  onLaunch() {
    // Silent: whoever has no network yet can still look round; the first request that needs a login asks again.
    login().catch(() => {})
  },

  onUnhandledRejection(event) {
    tell(event.reason)
  },

  onPageNotFound() {
    wx.switchTab({ url: '/pages/home/home' })
  },
})

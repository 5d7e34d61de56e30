const config = require('./config')

App({
  globalData: { launches: 0, shown: 0, themes: [], networks: [] },
  onLaunch(options) {
    this.globalData.launches += 1
    this.globalData.launchPath = options.path
    wx.onNetworkStatusChange((state) => this.globalData.networks.push(state.networkType))
    this.globalData.store = config.store
  },
  onShow() {
    this.globalData.shown += 1
  },
  onThemeChange({ theme }) {
    this.globalData.themes.push(theme)
  },
})

const { double } = require('../../numbers')

Component({
  properties: { id: String },
  data: { name: '', price: 0 },
  methods: {
    onLoad({ name }) {
      this.setData({ name })
      this.channel = this.getOpenerEventChannel()
      this.channel.on('given', ({ price }) => this.setData({ price: double(price) }))
    },
    onReady() {
      wx.setNavigationBarTitle({ title: `Tea ${this.data.id}` })
      this.createSelectorQuery().select('#box').boundingClientRect((rect) => {
        this.rect = rect
      }).exec()
    },
    choose() {
      this.channel.emit('chosen', `chose ${this.data.id}`)
      wx.navigateBack()
    },
    replace() {
      wx.redirectTo({ url: '../lab/lab?x=2' })
    },
    onUnload() {
      getApp().globalData.unloaded = this.data.id
    },
  },
})

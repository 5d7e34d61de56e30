const i18n = require('../services/i18n')
const addresses = require('../services/addresses')
const storage = require('../services/storage')
const { once, ask, say, tell, go } = require('../services/acting')

Page({
  data: { t: i18n.texts('addresses'), language: '', picking: false, chosen: '', addresses: null, failed: '', busy: '' },

  onLoad(options) {
    i18n.bind(this, 'addresses')
    this.setData({ picking: options.pick === '1', chosen: options.chosen || '' })
    i18n.setTitle(this.data.picking ? this.data.t.pickTitle : this.data.t.title)
  },

  onShow() {
    this.load()
  },

  async load() {
    try {
      this.setData({ addresses: await addresses.all(), failed: '' })
    } catch (error) {
      if (this.data.addresses) tell(error)
      else this.setData({ failed: error.message })
    }
  },

  async onPullDownRefresh() {
    await this.load()
    wx.stopPullDownRefresh()
  },

  /** At checkout a tap chooses; otherwise it opens the address. */
  tap(event) {
    const { id } = event.currentTarget.dataset
    if (!this.data.picking) {
      this.edit(event)
      return
    }
    storage.write('address', id)
    wx.navigateBack()
  },

  edit(event) {
    go(`/account/address?id=${event.currentTarget.dataset.id}`)
  },

  create() {
    go(`/account/address${this.data.picking ? '?pick=1' : ''}`)
  },

  async drop(event) {
    const { id, name } = event.currentTarget.dataset
    const { t } = this.data
    if (!(await ask({ title: t.dropTitle, content: name, confirm: t.drop }))) return
    await once(this, 'drop', async () => {
      await addresses.drop(id)
      say(t.dropped)
    })
    this.load()
  },

  makeDefault(event) {
    const { id } = event.currentTarget.dataset
    once(this, 'default', async () => {
      await addresses.save({ id, is_default: true })
      await this.load()
    })
  },

  /** WeChat's own address book. Saying no there is an answer, not an error. */
  importAddress() {
    wx.chooseAddress({
      success: (picked) =>
        once(this, 'import', async () => {
          const saved = await addresses.save({
            name: picked.userName,
            phone: picked.telNumber,
            country: 'CN',
            province: picked.provinceName,
            city: picked.cityName,
            district: picked.countyName,
            street: picked.detailInfo,
            postal_code: picked.postalCode || '',
          })
          if (this.data.picking) {
            storage.write('address', saved.id)
            wx.navigateBack()
          } else await this.load()
        }),
      fail: (answer) => {
        if (!/cancel/.test(answer.errMsg)) say(this.data.t.importFailed)
      },
    })
  },
})

const i18n = require('../services/i18n')
const addresses = require('../services/addresses')
const storage = require('../services/storage')
const { once } = require('../services/acting')

const NEW = { name: '', phone: '', country: 'CN', province: '', city: '', district: '', street: '', postal_code: '', label: '', is_default: false }
const LABELS = ['home', 'work', 'other']
const NEEDED = ['name', 'phone', 'city', 'street']

Page({
  data: {
    t: i18n.texts('addresses'),
    language: '',
    id: '',
    picking: false,
    loading: false,
    failed: '',
    address: NEW,
    labels: LABELS,
    errors: {},
    busy: '',
  },

  onLoad(options) {
    i18n.bind(this, 'addresses')
    this.setData({ id: options.id || '', picking: options.pick === '1', address: Object.assign({}, NEW) })
    i18n.setTitle(options.id ? this.data.t.editTitle : this.data.t.newTitle)
    if (options.id) this.load()
  },

  async load() {
    this.setData({ loading: true, failed: '' })
    try {
      this.setData({ address: await addresses.one(this.data.id), loading: false })
    } catch (error) {
      this.setData({ failed: error.message, loading: false })
    }
  },

  type(event) {
    const { field } = event.currentTarget.dataset
    this.setData({ [`address.${field}`]: event.detail.value, [`errors.${field}`]: '' })
  },

  chooseRegion(event) {
    const [province, city, district] = event.detail.value
    this.setData({
      'address.province': province,
      'address.city': city,
      'address.district': district,
      'address.postal_code': event.detail.postcode || this.data.address.postal_code,
      'errors.city': '',
    })
  },

  chooseLabel(event) {
    const { label } = event.currentTarget.dataset
    this.setData({ 'address.label': this.data.address.label === label ? '' : label })
  },

  switchDefault() {
    this.setData({ 'address.is_default': !this.data.address.is_default })
  },

  /** Only what is empty is found here; whether a number is a phone number is the server's to say. */
  missing() {
    const { address, t } = this.data
    /** @type {Record<string, string>} */
    const errors = {}
    NEEDED.filter((field) => !String(address[field]).trim()).forEach((field) => {
      errors[field] = t[`need_${field}`]
    })
    return errors
  },

  save() {
    const errors = this.missing()
    this.setData({ errors })
    if (Object.keys(errors).length) return
    once(this, 'save', async () => {
      try {
        const saved = await addresses.save(this.data.address)
        if (this.data.picking) storage.write('address', saved.id)
        wx.navigateBack({ delta: this.data.picking ? 2 : 1 })
      } catch (error) {
        const told = Object.assign({}, error.errors)
        Object.keys(told).forEach((field) => {
          told[field] = told[field][0]
        })
        this.setData({ errors: told })
        // What stands at its field need not be said twice.
        if (!Object.keys(told).some((field) => field in this.data.address)) throw error
      }
    })
  },
})

/** Login, payment, messages, address, privacy: what WeChat does for the account. */
import { say, settings } from '../settings.js'
import { h } from '../ui/dom.js'
import { openSheet, showModal } from '../ui/overlay.js'
import { openCashier } from '../ui/cashier.js'
import { needsPrivacy, requirePrivacy } from '../ui/privacy.js'
import { post } from './server.js'

const USER_KEY = 'jishi-preview:user'
const ACCEPTED_KEY = 'jishi-preview:subscribe'
const MAX_TEMPLATES = 3

/** The name under which this browser logs in: the same browser is the same shopper. */
function user() {
  if (settings.user) return settings.user
  let name = localStorage.getItem(USER_KEY)
  if (!name) {
    name = `preview-${crypto.getRandomValues(new Uint32Array(2)).join('')}`
    localStorage.setItem(USER_KEY, name)
  }
  return name
}

const ADDRESSES = [
  {
    userName: '林晓雨', telNumber: '13800138000', provinceName: '浙江省', cityName: '杭州市', countyName: '西湖区', detailInfo: '龙井路 88 号 3 幢 502 室',
    postalCode: '310013', nationalCode: '330106', streetName: '西湖街道', detailInfoNew: '龙井路 88 号 3 幢 502 室', nationalCodeFull: '330106000000',
  },
  {
    userName: '陈思远', telNumber: '13900139000', provinceName: '广东省', cityName: '广州市', countyName: '海珠区', detailInfo: '新港中路 397 号',
    postalCode: '510310', nationalCode: '440105', streetName: '赤岗街道', detailInfoNew: '新港中路 397 号', nationalCodeFull: '440105000000',
  },
]

function pickAddress() {
  return new Promise((resolve, reject) => {
    const close = openSheet(say('选择收货地址', 'Choose an address'), ADDRESSES.map((address) => h('button.jp-address', {
      type: 'button',
      onclick: () => {
        close()
        resolve({ ...address })
      },
    }, h('strong', {}, `${address.userName}  ${address.telNumber}`), h('span', {}, `${address.provinceName}${address.cityName}${address.countyName}${address.detailInfo}`))),
    { onDismiss: () => reject(new Error('cancel')) })
  })
}

export const account = {
  async login() {
    const answer = await post('wx/login', { user: user() })
    if (!answer.ok || !answer.body?.code) throw new Error(answer.problem || 'system error')
    return { code: answer.body.code }
  },
  checkSession() {},
  async requestPayment(options) {
    const result = await openCashier(options)
    if (result.fail) throw new Error(result.fail)
  },
  async requestSubscribeMessage({ tmplIds = [] }) {
    if (!Array.isArray(tmplIds) || !tmplIds.length) throw new Error('TemplateIds can not be empty')
    if (tmplIds.length > MAX_TEMPLATES) throw new Error(`Templates count out of max bounds: ${MAX_TEMPLATES}`)
    const { confirm } = await showModal({
      title: say('申请发送以下消息', 'Allow these messages?'), content: tmplIds.join('\n'), confirmText: say('允许', 'Allow'), cancelText: say('取消', 'Cancel'),
    })
    localStorage.setItem(ACCEPTED_KEY, confirm ? 'accept' : 'reject')
    return Object.fromEntries(tmplIds.map((id) => [id, confirm ? 'accept' : 'reject']))
  },
  async chooseAddress() {
    if (!(await requirePrivacy('chooseAddress'))) throw new Error('privacy permission is not authorized')
    return pickAddress()
  },
  getSetting: () => ({ authSetting: {}, subscriptionsSetting: { mainSwitch: true, itemSettings: {} } }),
  async openSetting() {
    await showModal({ title: say('设置', 'Settings'), content: say('在微信里会打开授权设置。', 'In WeChat this opens the permissions.'), showCancel: false })
    return { authSetting: {} }
  },
  authorize() {},
  getPrivacySetting: () => ({ needAuthorization: needsPrivacy(), privacyContractName: say('《商家隐私保护指引》', 'Merchant privacy notice') }),
  async requirePrivacyAuthorize() {
    if (!(await requirePrivacy('requirePrivacyAuthorize'))) throw new Error('privacy permission is not authorized')
  },
  async openPrivacyContract() {
    await showModal({
      title: say('隐私保护指引', 'Privacy notice'), showCancel: false,
      content: say('在微信里会打开商家在公众平台填写的指引。', 'In WeChat this opens the notice that the merchant filled in on the platform.'),
    })
  },
  async openCustomerServiceChat() {
    await showModal({ title: say('客服会话', 'Customer service'), content: say('在微信里会打开企业微信客服。', 'In WeChat this opens the customer service chat.'), showCancel: false })
  },
  async openBusinessView({ businessType }) {
    const { confirm } = await showModal({ title: say('确认收货', 'Confirm receipt'), content: say(`微信的确认页面（${businessType}）`, `WeChat's own page (${businessType})`), confirmText: say('确认收货', 'Confirm') })
    return { extraData: { status: confirm ? 'success' : 'cancel' } }
  },
  async navigateToMiniProgram({ appId }) {
    await showModal({ title: say('打开小程序', 'Open mini program'), content: appId || '', showCancel: false })
  },
  getUserProfile() {
    throw new Error('wx.getUserProfile is gone since 2022: use chooseAvatar and type="nickname"')
  },
  getUserInfo: () => ({ userInfo: { nickName: say('微信用户', 'WeChat user'), avatarUrl: '', gender: 0 } }),
  async exitMiniProgram() {
    await showModal({ title: say('离开小程序', 'Leave the mini program'), content: say('在微信里会回到聊天。', 'In WeChat this goes back to the chats.'), showCancel: false })
  },
  restartMiniProgram({ path } = {}) {
    if (path) location.hash = path
    location.reload()
  },
}


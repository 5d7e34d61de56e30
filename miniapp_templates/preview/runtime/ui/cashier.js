/**
 * The cashier of wx.requestPayment. WeChat Pay's is played: the genuine JSAPI parameters go to the sandbox by way of `../wx/cashier`, and
 * so does what the shopper chose. Another provider's (on the web alone) shows its QR code or leads to its page, and asks the program
 * until the server knows that it is paid.
 */
import { h } from './dom.js'
import { openSheet } from './overlay.js'
import { host } from '../host.js'
import { say } from '../settings.js'
import { post } from '../wx/server.js'

const NAMES = ['timeStamp', 'nonceStr', 'package', 'signType', 'paySign']

const ASK_MS = 2500

/** @returns {ok: true} or {fail: text after "requestPayment:fail "} */
export async function openCashier(options) {
  if (options.provider && options.provider !== 'wechatpay') return openOther(options)
  for (const name of NAMES) {
    if (name !== 'signType' && typeof options[name] !== 'string') {
      return { fail: `parameter error: parameter.${name} should be String instead of ${options[name] === undefined ? 'Undefined' : typeof options[name]};` }
    }
  }
  const appId = options.appId || host.wx.getAccountInfoSync().miniProgram.appId
  const opened = await post('wx/cashier', { appId, ...Object.fromEntries(NAMES.map((name) => [name, options[name] ?? ''])) })
  if (!opened.ok) return { fail: opened.body?.message || opened.body?.detail || opened.problem || 'system error' }
  const { prepay_id: prepay, description, amount, currency, merchant } = opened.body
  return new Promise((resolve) => {
    let busy = false
    const note = h('p.jp-cashier-note', { role: 'status' })
    const act = (action, result, extra = {}) => async () => {
      if (busy) return
      busy = true
      box.dataset.busy = ''
      const done = await post(`wx/cashier/${encodeURIComponent(prepay)}`, { action, ...extra })
      busy = false
      delete box.dataset.busy
      if (!done.ok) {
        note.textContent = done.body?.message || done.body?.detail || done.problem || say('收银台没有回应，请再试一次', 'The cashier does not answer. Try again.')
        return
      }
      close()
      resolve(result)
    }
    const box = h('div.jp-cashier', {},
      h('p.jp-cashier-merchant', {}, merchant || ''),
      h('p.jp-cashier-amount', {}, h('span', {}, sign(currency)), money(amount, currency)),
      h('p.jp-cashier-what', {}, description || ''),
      h('button.jp-primary.jp-pay', { type: 'button', 'data-action': 'pay', onclick: act('pay', { ok: true }) }, say('支付', 'Pay')),
      h('div.jp-cashier-more', {},
        h('button.jp-secondary', { type: 'button', 'data-action': 'decline', onclick: act('decline', { fail: 'bank declined the payment' }) }, say('银行拒付', 'Decline')),
        h('button.jp-secondary', { type: 'button', 'data-action': 'pay_late', onclick: act('pay_late', { fail: 'cancel' }, { delay: 20 }) }, say('关闭后再付', 'Pay later'))),
      note,
      h('p.jp-cashier-hint', {}, say('预览收银台：不会真的扣款', 'Preview cashier: no money moves')))
    const close = openSheet(say('微信支付', 'WeChat Pay'), [box], { className: 'jp-cashier-sheet', onDismiss: () => resolve({ fail: 'cancel' }) })
  })
}

/**
 * The cashier of a provider that is not WeChat's: `qr_image` is the address of a picture, `qr_page` that of a page, both may be there.
 * `isPaid()` asks the server, which alone knows.
 */
function openOther({ qr_image: qr, qr_page: url, isPaid }) {
  if (!/^(https:|data:image\/)/.test(qr || '') && !/^https?:/.test(url || '')) return { fail: 'no QR code and no page to pay on' }
  return new Promise((resolve) => {
    let over = false
    const end = (result) => {
      over = true
      clearTimeout(timer)
      close()
      resolve(result)
    }
    const ask = async () => {
      const paid = await isPaid().catch(() => false)
      if (over) return
      if (paid) end({ ok: true })
      else timer = setTimeout(ask, ASK_MS)
    }
    const box = h('div.jp-cashier', {},
      qr ? h('img.jp-cashier-qr', { src: qr, width: '220', height: '220', alt: say('付款二维码', 'QR code to pay') }) : null,
      qr ? h('p.jp-cashier-what', {}, say('用手机扫码付款', 'Scan it with your phone to pay')) : null,
      url ? h('a.jp-primary.jp-cashier-page', { href: url, target: '_blank', rel: 'noopener' }, say('打开付款页面', 'Open the page to pay')) : null,
      h('p.jp-cashier-hint', { role: 'status' }, say('付款后此处会自动更新', 'This closes by itself once you have paid')))
    const close = openSheet(say('付款', 'Pay'), [box], { className: 'jp-cashier-sheet', onDismiss: () => end({ fail: 'cancel' }) })
    let timer = setTimeout(ask, ASK_MS)
  })
}

const sign = (currency) => ({ CNY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$' })[currency] || `${currency || ''} `

/** Minor units as text; currencies without decimals stay whole. */
function money(amount, currency) {
  const digits = ['JPY', 'KRW', 'VND'].includes(currency) ? 0 : 2
  return (Number(amount || 0) / 10 ** digits).toFixed(digits)
}

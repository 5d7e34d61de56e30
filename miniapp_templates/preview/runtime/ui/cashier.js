/**
 * The cashier of wx.requestPayment. The preview never pays anybody: it hands the genuine JSAPI parameters to the sandbox by way of
 * `../wx/cashier`, shows what that says, and tells it what the shopper chose.
 */
import { h } from './dom.js'
import { openSheet } from './overlay.js'
import { host } from '../host.js'
import { say } from '../settings.js'
import { post } from '../wx/server.js'

const NAMES = ['timeStamp', 'nonceStr', 'package', 'signType', 'paySign']

/** @returns {ok: true} or {fail: text after "requestPayment:fail "} */
export async function openCashier(options) {
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

const sign = (currency) => ({ CNY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$' })[currency] || `${currency || ''} `

/** Minor units as text; currencies without decimals stay whole. */
function money(amount, currency) {
  const digits = ['JPY', 'KRW', 'VND'].includes(currency) ? 0 : 2
  return (Number(amount || 0) / 10 ** digits).toFixed(digits)
}

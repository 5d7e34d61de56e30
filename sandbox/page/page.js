// The page asks for everything once a second and redraws only the parts that changed.
import { stripePayment } from '/page/stripe.js'
import { TEXTS } from '/page/texts.js'

const NOTIFY = ['normal', 'lose', 'duplicate', 'delay', 'reorder', 'forge', 'unknown_serial', 'stale', 'future', 'tamper', 'signtest',
  'wrong_apiv3_key', 'wrong_amount', 'wrong_currency', 'wrong_appid', 'wrong_mchid', 'wrong_order']
const CALLS = ['any', 'login', 'token', 'checksession', 'prepay', 'query', 'close', 'refund', 'refund_query', 'certificates',
  'parcel_register', 'parcel_track', 'stripe_create', 'stripe_retrieve', 'stripe_confirm', 'stripe_capture', 'stripe_cancel',
  'stripe_list', 'stripe_refund', 'stripe_refund_retrieve', 'stripe_charge', 'stripe_balance', 'stripe_dispute', 'stripe_payout',
  'stripe_event', 'stripe_account']
const BEHAVIOURS = ['500', '429', 'timeout', 'slow', 'reset', 'garbage', 'unsigned', 'bad_signature', 'accept_and_lose']
const LOOKS = {
  SUCCESS: 'good', refunded: 'good', acknowledged: 'good', delivered: 'good', NOTPAY: 'wait', waiting: 'wait', held: 'wait', PROCESSING: 'wait',
  out_for_delivery: 'wait', in_transit: 'wait', picked_up: 'wait', problem: 'bad', lost: 'bad', 'given up': 'bad', ABNORMAL: 'bad',
  succeeded: 'good', won: 'good', requires_action: 'wait', processing: 'wait', requires_capture: 'wait', pending: 'wait',
  needs_response: 'bad', under_review: 'wait', failed: 'bad',
}
const JOURNEY = ['accepted', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered']

const byId = id => document.getElementById(id)
let language = localStorage.getItem('language') || (navigator.language.startsWith('zh') ? 'zh' : 'en')
let drawn = {}
const text = key => TEXTS[language][key] || key

function element(tag, props = {}, ...children) {
  const made = Object.assign(document.createElement(tag), props)
  made.append(...children.filter(child => child !== null && child !== undefined))
  return made
}

const dot = (state, more = '') => element('span', { className: `dot ${LOOKS[state] || ''}` }, text(state) + more)
const clock = iso => element('time', { dateTime: iso, title: iso }, new Date(iso).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB'))
const yuan = fen => element('span', { className: 'amount' }, element('small', {}, '¥'), String(Math.floor(fen / 100)),
  element('small', {}, '.' + String(fen % 100).padStart(2, '0')))

async function call(method, path, body) {
  const answer = await fetch(path, { method, body: body && JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })
  const content = answer.status === 204 ? {} : await answer.json()
  if (!answer.ok) throw new Error(content.message || `${answer.status}`)
  return content
}

let hiding
function say(words) {
  byId('said').textContent = words
  byId('said').classList.add('shown')
  clearTimeout(hiding)
  hiding = setTimeout(() => byId('said').classList.remove('shown'), 4000)
}

// A button that acts once at a time, says how it went, and shows what changed.
function button(label, act, main = false) {
  return element('button', {
    type: 'button', className: main ? 'main' : '',
    async onclick(event) {
      const pressed = event.currentTarget
      if (pressed.disabled) return
      pressed.disabled = true
      try { say(await act() || '') } catch (error) { say(error.message) }
      pressed.disabled = false
      await look()
    },
  }, text(label))
}

function payment(one) {
  const act = (action, said) => async () => { await call('POST', `/sandbox/cashier/${one.prepay_id}`, { action }); return text(said) }
  const again = async () => {
    const { answers: [answer] } = await call('POST', '/sandbox/notifications/deliver', { mchid: one.mchid, out_trade_no: one.out_trade_no })
    return `${text('answered')}: ${answer.status || answer.trouble} (${Math.round(answer.seconds * 1000)} ms)`
  }
  const buttons = one.state === 'NOTPAY'
    ? [button('pay', act('pay', 'paid'), true), button('decline', act('decline', 'declined')), button('pay_late', act('pay_late', 'paying_late'))]
    : one.state === 'CLOSED' ? [] : [button('again', again)]
  const unfinished = one.refunds.filter(refund => refund.status === 'PROCESSING')
  for (const refund of unfinished) {
    buttons.push(button('settle', async () => {
      await call('POST', '/sandbox/refunds/settle', { mchid: one.mchid, out_refund_no: refund.out_refund_no })
    }))
  }
  const told = one.notifications.map(notice => element('span', { className: 'soft' }, element('code', {}, notice.event_type), ' ',
    dot(notice.state, notice.attempts > 1 ? ` · ${notice.attempts} ${text('attempts')}` : '')))
  const refunds = one.refunds.map(refund => element('span', { className: 'soft' }, `${text('refund')} ¥${(refund.amount / 100).toFixed(2)} `, dot(refund.status === 'SUCCESS' ? 'refunded' : refund.status)))
  return element('article', { className: 'card' },
    element('div', { className: 'row spread' }, element('span', { className: 'what' }, one.description), yuan(one.total)),
    element('div', { className: 'row spread' }, element('span', { className: 'soft' }, clock(one.made_at), ' ', element('code', {}, one.out_trade_no)),
      dot(one.state, one.late ? ` · ${text('late')}` : '')),
    told.length + refunds.length ? element('div', { className: 'row' }, ...told, ...refunds) : null,
    buttons.length ? element('div', { className: 'row' }, ...buttons) : null)
}

function parcel(one) {
  const last = one.events[one.events.length - 1]
  const path = `/sandbox/parcels/${encodeURIComponent(one.carrier)}/${encodeURIComponent(one.waybill)}/advance`
  const reached = Math.max(...one.events.map(event => JOURNEY.indexOf(event.status)))
  const move = to => async () => { await call('POST', path, to ? { to } : {}) }
  return element('article', { className: 'card' },
    element('div', { className: 'row spread' }, element('span', {}, element('span', { className: 'what' }, one.carrier.toUpperCase()), ' ', element('code', {}, one.waybill)), dot(one.state)),
    element('div', { className: 'track', ariaHidden: 'true' }, ...JOURNEY.map((_, step) => element('i', { className: step <= reached ? 'done' : '' }))),
    element('p', {}, language === 'zh' ? last.text : last.text_en),
    element('p', { className: 'soft' }, clock(last.at)),
    one.state === 'delivered' ? null : element('div', { className: 'row' }, button('advance', move(), true), button('deliver', move('delivered')), button('problem', move('problem'))))
}

function seen(one) {
  const good = one.status >= 200 && one.status < 300
  return element('tr', {},
    element('td', {}, clock(one.at)),
    element('td', {}, one.call || '–'),
    element('td', { className: 'path', title: one.path }, element('code', {}, `${one.method} ${one.path}`)),
    element('td', {}, one.behaviour === 'ok' ? '' : one.behaviour),
    element('td', { className: 'right' }, element('span', { className: `dot ${good ? 'good' : one.status === null ? 'wait' : 'bad'}` },
      one.status === null ? '…' : String(one.status || text('cut')))))
}

function redraw(id, content, fill) {
  const now = language + JSON.stringify(content)
  if (drawn[id] === now) return
  drawn[id] = now
  byId(id).replaceChildren(...fill(content))
}

const listOf = (draw, none, tag = 'div') => content => content.length ? content.map(draw)
  : [tag === 'tr' ? element('tr', {}, element('td', { colSpan: 5, className: 'empty' }, text(none))) : element('div', { className: 'empty' }, text(none))]

async function look() {
  let all
  try { all = await call('GET', '/sandbox/overview') } catch { say(text('unreachable')); return }
  redraw('merchants', all.merchants, merchants => [element('span', { className: 'soft' },
    merchants.map(one => one.name === one.mchid ? one.mchid : `${one.name} (${one.mchid})`).join(' · ') || text('no_merchants'))])
  redraw('payments', all.payments, listOf(payment, 'no_payments'))
  redraw('stripe', all.stripe, listOf(one => stripePayment(one, { element, dot, clock, button, call, text }), 'no_stripe'))
  redraw('parcels', all.parcels, listOf(parcel, 'no_parcels'))
  redraw('requests', all.requests, listOf(seen, 'no_requests', 'tr'))
  redraw('faults', all.faults, faults => faults.length ? [element('span', { className: 'soft' },
    `${text('waiting_faults')}: ${faults.map(fault => `${fault.call} ${fault.do}`).join(', ')}`)] : [])
  const speed = byId('speed'), notify = byId('notify')
  if (![...speed.options].some(option => Number(option.value) === all.speed)) speed.append(new Option(`${all.speed}×`, all.speed))
  if (document.activeElement !== speed) speed.value = String(all.speed)
  if (document.activeElement !== notify) notify.value = all.settings.notify.behaviour || all.settings.notify
}

function speak() {
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en'
  for (const spot of document.querySelectorAll('[data-text]')) spot.textContent = text(spot.dataset.text)
  byId('language').textContent = text('other')
}

const changeSettings = change => async () => { try { await call('POST', '/sandbox/settings', change()) } catch (error) { say(error.message) } await look() }
byId('notify').append(...NOTIFY.map(name => new Option(name)))
byId('fault-call').append(...CALLS.map(name => new Option(name)))
byId('fault-behaviour').append(...BEHAVIOURS.map(name => new Option(name)))
byId('speed').onchange = changeSettings(() => ({ speed: Number(byId('speed').value) }))
byId('notify').onchange = changeSettings(() => ({ notify: byId('notify').value }))
byId('clear').onclick = async () => { await call('DELETE', '/sandbox/requests'); await look() }
byId('language').onclick = () => {
  language = language === 'zh' ? 'en' : 'zh'
  localStorage.setItem('language', language)
  speak()
  look()
}
byId('fault').onsubmit = async event => {
  event.preventDefault()
  try { await call('POST', '/sandbox/faults', { call: byId('fault-call').value, behaviours: [byId('fault-behaviour').value] }) } catch (error) { say(error.message) }
  await look()
}

speak()
look()
setInterval(() => { if (!document.hidden) look() }, 1000)

// The page asks for everything once a second and redraws only the parts that changed, a list card by card.
import { button, byId, call, clock, doing, dot, element, language, locale, lookAfterwards, row, say, soft, spread, text, turnLanguage } from '/page/drawing.js'
import { payment } from '/page/payment.js'
import { stripePayment } from '/page/stripe.js'

const NOTIFY = ['normal', 'lose', 'duplicate', 'delay', 'reorder', 'forge', 'unknown_serial', 'stale', 'future', 'tamper', 'signtest',
  'wrong_apiv3_key', 'wrong_amount', 'wrong_currency', 'wrong_appid', 'wrong_mchid', 'wrong_order']
const CALLS = ['any', 'login', 'token', 'checksession', 'prepay', 'query', 'close', 'refund', 'refund_query', 'certificates',
  'abnormal_refund', 'tradebill', 'fundflowbill', 'bill_download', 'parcel_register', 'parcel_track',
  'stripe_create', 'stripe_retrieve', 'stripe_confirm', 'stripe_capture', 'stripe_cancel', 'stripe_list', 'stripe_refund',
  'stripe_refund_retrieve', 'stripe_charge', 'stripe_balance', 'stripe_dispute', 'stripe_payout', 'stripe_event', 'stripe_account']
const BEHAVIOURS = ['500', '429', 'timeout', 'slow', 'reset', 'garbage', 'unsigned', 'bad_signature', 'accept_and_lose']
const JOURNEY = ['accepted', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered']

function parcel(one) {
  const last = one.events[one.events.length - 1]
  const path = `/sandbox/parcels/${encodeURIComponent(one.carrier)}/${encodeURIComponent(one.waybill)}/advance`
  const reached = Math.max(...one.events.map(event => JOURNEY.indexOf(event.status)))
  const move = to => async () => { await call('POST', path, to ? { to } : {}) }
  return element('article', { className: 'card' },
    spread(element('span', {}, element('span', { className: 'what' }, one.carrier.toUpperCase()), ' ', element('code', {}, one.waybill)), dot(one.state)),
    element('div', { className: 'track', ariaHidden: 'true' }, ...JOURNEY.map((_, step) => element('i', { className: step <= reached ? 'done' : '' }))),
    element('p', {}, language === 'zh' ? last.text : last.text_en),
    element('p', { className: 'soft' }, clock(last.at)),
    one.state === 'delivered' ? null : row(button('advance', move(), true), button('deliver', move('delivered')), button('problem', move('problem'))))
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

let drawn = {}
function redraw(id, content, fill) {
  const now = language + JSON.stringify(content)
  if (drawn[id] === now) return
  drawn[id] = now
  byId(id).replaceChildren(...fill(content))
}

// Cards that did not change stay as they are, with whatever a person has open in them.
const cards = {}
function redrawCards(id, items, keyOf, draw, none) {
  const list = byId(id), before = cards[id] || new Map(), after = cards[id] = new Map()
  const shown = items.length ? items.map(item => [keyOf(item), item, draw]) : [['', none, () => element('div', { className: 'empty' }, text(none))]]
  for (const [key, item, make] of shown) {
    const now = language + JSON.stringify(item), known = before.get(key)
    after.set(key, known?.now === now ? known : { now, node: make(item) })
  }
  const nodes = [...after.values()].map(card => card.node)
  if (nodes.length !== list.children.length || nodes.some((node, place) => node !== list.children[place])) list.replaceChildren(...nodes)
}

// What waits to happen, and a button that calls it off.
const arranged = (names, path) => names.length ? [
  soft(`${text('waiting_faults')}: ${names.join(', ')}`),
  button('call_off', async () => { await call('DELETE', path) }),
] : []

// Answers may overtake each other: an older one never replaces what a newer one has shown.
let asked = 0, shown = 0
async function look() {
  const turn = ++asked
  let all
  try { all = await call('GET', '/sandbox/overview') } catch (error) { say(error.message); return }
  if (turn < shown) return
  shown = turn
  redraw('merchants', all.merchants, merchants => [soft(merchants.length
    ? `${text('merchant')} ${merchants.map(one => one.name === one.mchid ? one.mchid : `${one.name} (${one.mchid})`).join(' · ')}` : text('no_merchants'))])
  redrawCards('payments', all.payments, one => `${one.mchid}/${one.out_trade_no}`, payment, 'no_payments')
  redrawCards('stripe', all.stripe, one => one.id, stripePayment, 'no_stripe')
  redrawCards('parcels', all.parcels, one => `${one.carrier}/${one.waybill}`, parcel, 'no_parcels')
  redraw('requests', all.requests, rows => rows.length ? rows.map(seen)
    : [element('tr', {}, element('td', { colSpan: 5, className: 'empty' }, text('no_requests')))])
  redraw('faults', all.faults, faults => arranged(faults.map(fault => `${fault.call} ${fault.do}${fault.host ? ` @${fault.host}` : ''}`), '/sandbox/faults'))
  redraw('plans', all.plans, plans => arranged(plans.map(plan => text(plan.behaviour) + (plan.count > 1 ? ` ×${plan.count}` : '')), '/sandbox/notifications/plans'))
  byId('clock').textContent = new Date(all.now).toLocaleString(locale(), { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const speed = byId('speed'), notify = byId('notify')
  if (![...speed.options].some(option => Number(option.value) === all.speed)) speed.append(new Option(`${all.speed}×`, all.speed))
  if (document.activeElement !== speed) speed.value = String(all.speed)
  if (document.activeElement !== notify) notify.value = all.settings.notify.behaviour || all.settings.notify
}

function speak() {
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en'
  for (const spot of document.querySelectorAll('[data-text]')) spot.textContent = text(spot.dataset.text)
  byId('language').textContent = language === 'zh' ? 'English' : '中文'
  byId('language').lang = language === 'zh' ? 'en' : 'zh-Hans'
}

async function keepLooking() {
  if (!document.hidden) await look()
  setTimeout(keepLooking, 1000)
}

const named = name => { const option = new Option(name, name); option.dataset.text = name; return option }
byId('notify').append(...NOTIFY.map(named))
byId('plan-behaviour').append(...NOTIFY.slice(1).map(named))
byId('fault-call').append(...CALLS.map(name => new Option(name)))
byId('fault-behaviour').append(...BEHAVIOURS.map(name => new Option(name)))

const sent = (id, act) => { byId(id).onsubmit = event => { event.preventDefault(); doing(byId(id), act) } }
byId('speed').onchange = () => doing({}, () => call('POST', '/sandbox/settings', { speed: Number(byId('speed').value) }))
byId('notify').onchange = () => doing({}, () => call('POST', '/sandbox/settings', { notify: byId('notify').value }))
byId('clear').onclick = () => doing(byId('clear'), () => call('DELETE', '/sandbox/requests'))
sent('fault', () => call('POST', '/sandbox/faults', { call: byId('fault-call').value, behaviours: [byId('fault-behaviour').value] }))
sent('plan', () => call('POST', '/sandbox/notifications', { plan: { behaviour: byId('plan-behaviour').value } }))
for (const pressed of document.querySelectorAll('[data-advance]')) {
  pressed.onclick = () => doing(pressed, () => call('POST', '/sandbox/clock', { advance: Number(pressed.dataset.advance) }))
}
byId('language').onclick = () => { turnLanguage(); speak(); look() }

lookAfterwards(look)
speak()
keepLooking()

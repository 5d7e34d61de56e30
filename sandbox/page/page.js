// The page asks for everything once a second and redraws only the parts that changed, a list card by card.
import { stripePayment } from '/page/stripe.js'
import { TEXTS } from '/page/texts.js'

const NOTIFY = ['normal', 'lose', 'duplicate', 'delay', 'reorder', 'forge', 'unknown_serial', 'stale', 'future', 'tamper', 'signtest',
  'wrong_apiv3_key', 'wrong_amount', 'wrong_currency', 'wrong_appid', 'wrong_mchid', 'wrong_order']
const CALLS = ['any', 'login', 'token', 'checksession', 'prepay', 'query', 'close', 'refund', 'refund_query', 'certificates',
  'abnormal_refund', 'tradebill', 'fundflowbill', 'bill_download', 'parcel_register', 'parcel_track',
  'stripe_create', 'stripe_retrieve', 'stripe_confirm', 'stripe_capture', 'stripe_cancel', 'stripe_list', 'stripe_refund',
  'stripe_refund_retrieve', 'stripe_charge', 'stripe_balance', 'stripe_dispute', 'stripe_payout', 'stripe_event', 'stripe_account']
const BEHAVIOURS = ['500', '429', 'timeout', 'slow', 'reset', 'garbage', 'unsigned', 'bad_signature', 'accept_and_lose']
const LOOKS = {
  SUCCESS: 'good', refunded: 'good', acknowledged: 'good', delivered: 'good', NOTPAY: 'wait', waiting: 'wait', held: 'wait', PROCESSING: 'wait',
  out_for_delivery: 'wait', in_transit: 'wait', picked_up: 'wait', problem: 'bad', lost: 'bad', 'given up': 'bad', ABNORMAL: 'bad',
  succeeded: 'good', won: 'good', requires_action: 'wait', processing: 'wait', requires_capture: 'wait', pending: 'wait',
  needs_response: 'bad', under_review: 'wait', failed: 'bad',
}
// How much later the payer pays, in seconds of the sandbox's time.
const LATE = [[1, '+1 s'], [3600, '+1 h'], [90000, '+25 h']]
const OUTCOMES = ['SUCCESS', 'ABNORMAL', 'CLOSED']
const JOURNEY = ['accepted', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered']

const byId = id => document.getElementById(id)
let language = localStorage.getItem('language') || (navigator.language.startsWith('zh') ? 'zh' : 'en')
let drawn = {}
// What a person chose, typed or opened on a card outlives its redrawing.
const kept = new Map()
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

function keeping(key, field) {
  if (kept.has(key)) field.value = kept.get(key)
  field.oninput = () => kept.set(key, field.value)
  return field
}

const choice = (key, label, options) => keeping(key, element('select', { ariaLabel: text(label) }, ...options.map(([value, words]) => new Option(words, value))))

function more(key, ...rows) {
  const made = element('details', { open: kept.get(key) || false }, element('summary', {}, text('more')), ...rows)
  made.ontoggle = () => kept.set(key, made.open)
  return made
}

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
  const about = { mchid: one.mchid, out_trade_no: one.out_trade_no }
  const key = `${one.mchid}/${one.out_trade_no}`
  const row = (...children) => element('div', { className: 'row' }, ...children)
  const acts = (...children) => element('div', { className: 'row acts' }, ...children)
  const atCashier = (said, body) => async () => { await call('POST', `/sandbox/cashier/${one.prepay_id}`, body()); return text(said) }
  const deliver = times => async () => {
    const { answers } = await call('POST', '/sandbox/notifications/deliver', { ...about, times })
    return `${text('answered')}: ${answers.map(answer => `${answer.status || answer.trouble} (${Math.round(answer.seconds * 1000)} ms)`).join(', ')}`
  }
  const lose = async () => { await call('POST', '/sandbox/notifications/lose', about); return text('lost_now') }

  const late = () => {
    const delay = choice(`${key}/late`, 'how_late', LATE)
    return row(delay, button('pay_late', atCashier('paying_late', () => ({ action: 'pay_late', delay: Number(delay.value), late: 'anyway' }))))
  }
  const open = () => [
    acts(button('pay', atCashier('paid', () => ({ action: 'pay' })), true), button('decline', atCashier('declined', () => ({ action: 'decline' })))),
    more(`${key}/more`, late(), row(
      button('pay_twice', atCashier('paid', () => ({ action: 'pay', notify: 'duplicate' }))),
      button('pay_lost', atCashier('paid_lost', () => ({ action: 'pay', notify: 'lose' }))))),
  ]
  const refundByHand = () => {
    const amount = keeping(`${key}/amount`, element('input', { inputMode: 'decimal', size: 8, ariaLabel: text('amount'), value: (one.refundable / 100).toFixed(2) }))
    const notify = choice(`${key}/notify`, 'tell_shop', [['', text('untold')], ['yes', text('told')]])
    return row(element('label', {}, '¥', amount), notify, button('console', async () => {
      const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(amount.value.trim()) || []
      if (!whole) throw new Error(text('no_amount'))
      await call('POST', '/sandbox/refunds/console', { ...about, amount: Number(whole) * 100 + Number(part.padEnd(2, '0')), notify: notify.value === 'yes' })
      kept.delete(`${key}/amount`)
      return text('console_done')
    }))
  }
  const onItsWay = one.notifications.some(notice => notice.event_type === 'TRANSACTION.SUCCESS' && ['waiting', 'held'].includes(notice.state))
  const paid = () => [
    acts(button('again', deliver(1)), button('twice', deliver(2)), onItsWay ? button('lose_it', lose) : null),
    ...one.refunds.map(refund),
    one.refundable > 0 ? more(`${key}/more`, refundByHand()) : null,
  ]
  const closed = () => [element('p', { className: 'soft acts' }, text('closed_late')), late()]

  const told = one.notifications.map(notice => element('span', { className: 'soft' }, element('code', {}, notice.event_type), ' ',
    dot(notice.state, notice.attempts > 1 ? ` · ${notice.attempts} ${text('attempts')}` : '')))
  const refund = made => {
    const outcome = choice(`${key}/${made.out_refund_no}`, 'outcome', OUTCOMES.map(name => [name, text(`as_${name}`)]))
    return element('div', { className: 'row refund' },
      element('span', { className: 'soft' }, `${text('refund')} ¥${(made.amount / 100).toFixed(2)} `, dot(made.status === 'SUCCESS' ? 'refunded' : made.status)),
      element('code', {}, made.out_refund_no),
      ...made.status === 'PROCESSING' ? [outcome, button('settle', async () => {
        await call('POST', '/sandbox/refunds/settle', { mchid: one.mchid, out_refund_no: made.out_refund_no, outcome: outcome.value })
      })] : [])
  }
  const actions = one.state === 'NOTPAY' ? open() : one.state === 'CLOSED' ? closed() : paid()
  return element('article', { className: 'card' },
    element('div', { className: 'row spread' }, element('span', { className: 'what' }, one.description), yuan(one.total)),
    element('div', { className: 'row spread' }, element('span', { className: 'soft' }, clock(one.made_at), ' ', element('code', {}, one.out_trade_no)),
      dot(one.state, one.late ? ` · ${text('late')}` : '')),
    told.length ? row(...told) : null,
    ...actions.filter(Boolean))
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

// Cards that did not change stay as they are, with whatever a person has open in them.
const cards = new Map()
function redrawCards(id, items, keyOf, draw, none) {
  const list = byId(id)
  const nodes = items.map(item => {
    const key = `${id}/${keyOf(item)}`, now = language + JSON.stringify(item)
    if (cards.get(key)?.now !== now) cards.set(key, { now, node: draw(item) })
    return cards.get(key).node
  })
  if (!nodes.length) nodes.push(list.querySelector(`.empty[lang="${language}"]`) || element('div', { className: 'empty', lang: language }, text(none)))
  if (nodes.length !== list.children.length || nodes.some((node, place) => node !== list.children[place])) list.replaceChildren(...nodes)
}

// What waits to happen, and a button that calls it off.
const arranged = (names, path) => names.length ? [
  element('span', { className: 'soft' }, `${text('waiting_faults')}: ${names.join(', ')}`),
  button('call_off', async () => { await call('DELETE', path) }),
] : []

async function look() {
  let all
  try { all = await call('GET', '/sandbox/overview') } catch { say(text('unreachable')); return }
  redraw('merchants', all.merchants, merchants => [element('span', { className: 'soft' },
    merchants.map(one => one.name === one.mchid ? one.mchid : `${one.name} (${one.mchid})`).join(' · ') || text('no_merchants'))])
  redrawCards('payments', all.payments, one => `${one.mchid}/${one.out_trade_no}`, payment, 'no_payments')
  redrawCards('stripe', all.stripe, one => one.id, one => stripePayment(one, { element, dot, clock, button, call, text }), 'no_stripe')
  redrawCards('parcels', all.parcels, one => `${one.carrier}/${one.waybill}`, parcel, 'no_parcels')
  redraw('requests', all.requests, rows => rows.length ? rows.map(seen)
    : [element('tr', {}, element('td', { colSpan: 5, className: 'empty' }, text('no_requests')))])
  redraw('faults', all.faults, faults => arranged(faults.map(fault => `${fault.call} ${fault.do}${fault.host ? ` @${fault.host}` : ''}`), '/sandbox/faults'))
  redraw('plans', all.plans, plans => arranged(plans.map(plan => text(plan.behaviour) + (plan.count > 1 ? ` ×${plan.count}` : '')), '/sandbox/notifications/plans'))
  byId('clock').textContent = new Date(all.now).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' })
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
const named = name => { const option = new Option(name, name); option.dataset.text = name; return option }
byId('notify').append(...NOTIFY.map(named))
byId('plan-behaviour').append(...NOTIFY.slice(1).map(named))
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

byId('plan').onsubmit = async event => {
  event.preventDefault()
  try { await call('POST', '/sandbox/notifications', { plan: { behaviour: byId('plan-behaviour').value } }) } catch (error) { say(error.message) }
  await look()
}
for (const pressed of document.querySelectorAll('[data-advance]')) {
  pressed.onclick = async () => { try { await call('POST', '/sandbox/clock', { advance: Number(pressed.dataset.advance) }) } catch (error) { say(error.message) } await look() }
}

speak()
look()
setInterval(() => { if (!document.hidden) look() }, 1000)

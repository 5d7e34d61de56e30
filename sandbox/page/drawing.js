// What every part of the page is drawn with: elements, texts in the reader's language, buttons that act once.
import { TEXTS } from '/page/texts.js'

const LANGUAGES = ['en', 'zh']
const LOOKS = {
  SUCCESS: 'good', refunded: 'good', acknowledged: 'good', delivered: 'good', NOTPAY: 'wait', waiting: 'wait', held: 'wait', PROCESSING: 'wait',
  out_for_delivery: 'wait', in_transit: 'wait', picked_up: 'wait', problem: 'bad', lost: 'bad', 'given up': 'bad', ABNORMAL: 'bad',
  succeeded: 'good', won: 'good', requires_action: 'wait', processing: 'wait', requires_capture: 'wait', pending: 'wait',
  needs_response: 'bad', under_review: 'wait', failed: 'bad',
}
// How much later the payer pays, in seconds of the sandbox's time.
const LATE = [[1, '+1 s'], [3600, '+1 h'], [90000, '+25 h']]

export let language = localStorage.getItem('language') || (navigator.language.startsWith('zh') ? 'zh' : 'en')
export const locale = () => language === 'zh' ? 'zh-CN' : 'en-GB'
export const text = key => TEXTS[key]?.[LANGUAGES.indexOf(language)] ?? key

export function turnLanguage() {
  language = language === 'zh' ? 'en' : 'zh'
  localStorage.setItem('language', language)
}

export const byId = id => document.getElementById(id)

export function element(tag, props = {}, ...children) {
  const made = Object.assign(document.createElement(tag), props)
  made.append(...children.filter(child => child !== null && child !== undefined))
  return made
}

export const dot = (state, more = '') => element('span', { className: `dot ${LOOKS[state] || ''}` }, text(state) + more)
export const clock = iso => element('time', { dateTime: iso, title: iso }, new Date(iso).toLocaleTimeString(locale()))
export const soft = (...inside) => element('span', { className: 'soft' }, ...inside)
export const row = (...children) => element('div', { className: 'row' }, ...children)
export const acts = (...children) => element('div', { className: 'row acts' }, ...children)
export const spread = (...children) => element('div', { className: 'row spread' }, ...children)
export const notices = all => all.map(notice => soft(element('code', {}, notice.event_type), ' ',
  dot(notice.state, notice.attempts > 1 ? ` · ${notice.attempts} ${text('attempts')}` : '')))

// What a person chose, typed or opened on a card outlives its redrawing.
const kept = new Map()
export const forget = key => kept.delete(key)

function keeping(key, field) {
  if (kept.has(key)) field.value = kept.get(key)
  field.oninput = () => kept.set(key, field.value)
  return field
}

export const choice = (key, label, options) => keeping(key, element('select', { ariaLabel: text(label) }, ...options.map(([value, words]) => new Option(words, value))))

// A field for an amount of at most `most`, in minor units of `digits` decimals; `read` throws what to do about it.
export function amountField(key, most, digits) {
  const field = keeping(key, element('input', { inputMode: 'decimal', size: 8, ariaLabel: text('amount'), value: (most / 10 ** digits).toFixed(digits) }))
  const read = () => {
    const [, whole, part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(field.value.trim()) || []
    if (!whole || part.length > digits) throw new Error(`${text('no_amount')} ${(most / 10 ** digits).toFixed(digits)}`)
    return Number(whole + part.padEnd(digits, '0'))
  }
  return { field, read }
}

export function more(key, ...rows) {
  const made = element('details', { open: kept.get(key) || false }, element('summary', {}, text('more')), ...rows)
  made.ontoggle = () => kept.set(key, made.open)
  return made
}

export async function call(method, path, body) {
  let answer
  try {
    answer = await fetch(path, { method, body: body && JSON.stringify(body), headers: { 'Content-Type': 'application/json' } })
  } catch { throw new Error(text('unreachable')) }
  const content = answer.status === 204 ? {} : await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Error(content.message || `${answer.status} ${answer.statusText}`)
  return content
}

let hiding
export function say(words) {
  byId('said').textContent = words
  byId('said').classList.add('shown')
  clearTimeout(hiding)
  hiding = setTimeout(() => byId('said').classList.remove('shown'), 4000)
}

let look = async () => {}
export const lookAfterwards = showing => { look = showing }

// Acts once at a time, says how it went, and shows what changed.
export async function doing(pressed, act) {
  // Not disabled: that would take the keyboard's focus away.
  if (pressed.ariaBusy === 'true') return
  pressed.ariaBusy = 'true'
  try {
    const said = await act()
    if (typeof said === 'string') say(said)
  } catch (error) { say(error.message) }
  pressed.ariaBusy = 'false'
  await look()
}

export function button(label, act, main = false) {
  return element('button', { type: 'button', className: main ? 'main' : '', onclick: event => doing(event.currentTarget, act) }, text(label))
}

// Sends a notification, and says what the merchant answered to each copy.
export const deliver = (path, body) => async () => {
  const { answers } = await call('POST', path, body)
  return `${text('answered')}: ${answers.map(answer => `${answer.status || answer.trouble} (${Math.round(answer.seconds * 1000)} ms)`).join(', ')}`
}

export function payingLate(key, pay) {
  const delay = choice(`${key}/late`, 'how_late', LATE)
  return row(delay, button('pay_late', () => pay(Number(delay.value))))
}

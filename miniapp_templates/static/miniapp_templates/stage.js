/** The stage: puts the program into a phone, switches what the phone is, writes down what the program does. */
'use strict'

const { app, devices, words } = JSON.parse(document.getElementById('stage-config').textContent)
const find = (name) => document.querySelector(`[data-${name}]`)
const frame = find('screen')
const device = find('device')
const state = { device: '375', language: 'zh_CN', scheme: 'light', network: 'online' }
const MARGIN = 20
const KEPT = 400

// -- The phone

function start(address = '') {
  const { top, bottom, kind } = devices[state.device]
  const query = new URLSearchParams({ scheme: state.scheme, lang: state.language, network: state.network, top, bottom })
  if (kind !== 'window') query.set('capsule', '1')
  frame.src = `${app}?${query}${address ? `#${address}` : ''}`
}

function shape() {
  const { key, kind, width, height, top } = devices[state.device]
  Object.assign(device.dataset, { key, kind })
  const screen = device.querySelector('.screen')
  screen.style.width = `${width}px`
  const floor = device.parentElement
  const narrow = window.matchMedia('(max-width: 700px)').matches
  // A window fills what there is; a phone keeps its proportions unless the stage is a phone itself.
  const room = { width: floor.clientWidth - (narrow ? 12 : 2 * MARGIN), height: floor.clientHeight - (narrow ? 12 : 2 * MARGIN) }
  const edge = device.querySelector('.bezel').offsetWidth - width
  const scale = Math.min(1, room.width / (width + edge), narrow && kind === 'phone' ? 1 : room.height / (height + edge))
  const tall = narrow && kind === 'phone' ? Math.min(height, room.height / scale - edge) : height
  screen.style.height = `${tall}px`
  device.style.transform = `scale(${scale}) translate(-50%, -50%)`
  find('status').style.height = `${top}px`
}

function setPhone(values) {
  Object.assign(state, values)
  localStorage.setItem('jishi-stage', JSON.stringify(state))
  shape()
}

const send = (values) => frame.contentWindow?.postMessage({ type: 'jishi:set', values }, location.origin)

/** A shopper's own choice of language outlives a visit; the switch is meant to win over it. */
function forgetLanguage() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(`mp:${app}`) && /language$/.test(key)) localStorage.removeItem(key)
  }
}

let address = ''
const onChange = {
  device(value) {
    setPhone({ device: value })
    start(address)
  },
  language(value) {
    setPhone({ language: value })
    forgetLanguage()
    start(address)
  },
  scheme(value) {
    setPhone({ scheme: value })
    send({ scheme: value })
  },
  network(value) {
    setPhone({ network: value })
    send({ network: value })
  },
}

for (const group of document.querySelectorAll('[data-switch]')) {
  group.addEventListener('change', (event) => onChange[group.dataset.switch](event.target.value))
}

// -- The path below it

function say(text) {
  const said = find('said')
  said.textContent = text
  said.classList.add('on')
  clearTimeout(said.timer)
  said.timer = setTimeout(() => said.classList.remove('on'), 1600)
}

find('reload').addEventListener('click', () => start(address))
find('back').addEventListener('click', () => {
  const wx = frame.contentWindow?.JishiPreview?.wx()
  wx?.navigateBack({ fail() {} })
})
find('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(address)
  } catch {
    getSelection().selectAllChildren(find('path'))
    document.execCommand('copy')
  }
  say(words.copied)
})

// -- The log

const entries = find('entries')
const nothing = find('nothing')
const rows = new Map()
let filter = 'all'
let problems = 0

function reading(entry) {
  if (entry.kind === 'request') {
    const status = entry.outcome?.status
    const bad = entry.outcome && (entry.outcome.failed || status >= 500)
    return { kind: 'request', bad, odd: !bad && status >= 400, what: entry.outcome ? `${status || entry.outcome.failed} · ${entry.ms} ${words.ms}` : words.waiting }
  }
  if (entry.name === 'page') return { kind: 'page', what: '' }
  if (entry.kind === 'error' || entry.kind === 'missing') return { kind: 'wx', bad: true, what: entry.kind }
  if (entry.kind === 'warning') return { kind: 'wx', odd: true, what: '' }
  const failed = /:fail/.test(entry.outcome?.errMsg || '')
  return { kind: 'wx', odd: failed, what: failed ? entry.outcome.errMsg.replace(/^\w+:/, '') : '' }
}

const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

function draw(entry) {
  let row = rows.get(entry.id)
  const fresh = !row
  if (fresh) {
    row = document.createElement('li')
    const details = document.createElement('details')
    details.append(document.createElement('summary'))
    details.firstChild.append(document.createElement('code'), document.createElement('span'))
    details.firstChild.lastChild.className = 'what'
    details.addEventListener('toggle', () => fill(row))
    row.append(details)
    rows.set(entry.id, row)
  }
  const { kind, bad, odd, what } = reading(entry)
  row.entry = entry
  row.dataset.kind = kind
  if (bad && !row.hasAttribute('data-bad')) problems++
  row.toggleAttribute('data-bad', Boolean(bad))
  row.toggleAttribute('data-odd', Boolean(odd))
  const name = entry.kind === 'request' ? entry.name.replace(/^(\w+) .*?\/api\/v1\/stores\/[^/]+\//, '$1 …/') : entry.name
  row.querySelector('code').textContent = kind === 'page' ? entry.detail?.path : entry.kind === 'wx' ? `wx.${name}` : name
  row.querySelector('.what').textContent = what
  row.hidden = !shown(row)
  fill(row)
  if (!fresh) return
  const atEnd = entries.scrollHeight - entries.scrollTop - entries.clientHeight < 60
  entries.append(row)
  if (entries.childElementCount > KEPT) {
    rows.delete(entries.firstChild.entry.id)
    entries.firstChild.remove()
  }
  if (atEnd) entries.scrollTop = entries.scrollHeight
}

function fill(row) {
  const details = row.firstChild
  details.querySelector('pre')?.remove()
  if (!details.open) return
  const pre = document.createElement('pre')
  for (const [title, value] of [[words.sent, row.entry.detail], [words.answer, row.entry.outcome]]) {
    if (value === undefined || value === null || value === '') continue
    const heading = document.createElement('b')
    heading.textContent = title
    pre.append(heading, pretty(value))
  }
  details.append(pre)
}

const shown = (row) => filter === 'all' || (filter === 'problem' ? row.hasAttribute('data-bad') || row.hasAttribute('data-odd') : row.dataset.kind === filter)

function count() {
  const badge = find('problems')
  badge.hidden = problems === 0
  badge.textContent = String(problems)
  const visible = [...entries.children].some((row) => !row.hidden)
  nothing.hidden = visible
  nothing.textContent = entries.childElementCount ? words.nothing : words.empty
}

function clear() {
  entries.replaceChildren()
  rows.clear()
  problems = 0
  count()
}

document.querySelector('.filters').addEventListener('change', (event) => {
  filter = event.target.value
  for (const row of entries.children) row.hidden = !shown(row)
  count()
})
find('clear').addEventListener('click', clear)

function showLog(open) {
  find('house').classList.toggle('without-log', !open)
  find('log-toggle').setAttribute('aria-expanded', String(open))
  shape()
}
find('log-toggle').addEventListener('click', () => showLog(find('house').classList.contains('without-log')))

window.addEventListener('message', (event) => {
  if (event.origin !== location.origin || event.source !== frame.contentWindow) return
  const { type, entry } = event.data || {}
  if (type === 'jishi:log') {
    // A new start counts from one again.
    if (entry.id === 1) clear()
    draw(entry)
    count()
  } else if (type === 'jishi:page') {
    address = event.data.address
    find('path').textContent = address
    const plain = event.data.theme === 'dark' ? 'white' : 'black'
    find('status').dataset.style = event.data.textStyle || plain
    find('homebar').dataset.style = plain
    history.replaceState(null, '', `#${address}`)
  }
})

// -- Begin

function restore() {
  const checked = document.querySelector('input[name="language"]:checked')
  state.language = checked.value
  try {
    const kept = JSON.parse(localStorage.getItem('jishi-stage')) || {}
    for (const [key, value] of Object.entries(kept)) {
      const input = document.querySelector(`input[name="${key}"][value="${CSS.escape(value)}"]`)
      if (!input || key === 'network') continue
      input.checked = true
      state[key] = value
    }
  } catch {
    // What was kept cannot be read: the defaults are fine.
  }
}

function tick() {
  const now = new Date()
  find('clock').textContent = `${now.getHours()}:${String(now.getMinutes()).padStart(2, '0')}`
}

restore()
if (window.matchMedia('(max-width: 1000px)').matches) showLog(false)
if (window.matchMedia('(max-width: 700px)').matches) {
  find('panel').open = false
  if (!devices[state.device] || devices[state.device].kind !== 'phone') state.device = '375'
}
shape()
start(location.hash.slice(1))
count()
tick()
setInterval(tick, 10000)
new ResizeObserver(shape).observe(device.parentElement)

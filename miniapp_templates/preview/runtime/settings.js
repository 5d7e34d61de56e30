/**
 * The phone that the preview plays: colour scheme, language, network, insets. It starts with the page's address
 * (`?scheme=dark&lang=en&network=slow&top=44&bottom=34&capsule=1&user=alice`) and the stage may change it by a message.
 */
const query = new URLSearchParams(location.search)
const system = window.matchMedia('(prefers-color-scheme: dark)')
const number = (name) => Math.min(200, Math.max(0, Number(query.get(name)) || 0))
const listeners = { scheme: new Set(), network: new Set() }

export const settings = {
  scheme: ['light', 'dark'].includes(query.get('scheme')) ? query.get('scheme') : 'system',
  language: query.get('lang') || (navigator.language.toLowerCase().startsWith('zh') ? 'zh_CN' : 'en'),
  network: ['online', 'slow', 'offline'].includes(query.get('network')) ? query.get('network') : 'online',
  top: number('top'),
  bottom: number('bottom'),
  capsule: query.get('capsule') === '1',
  user: query.get('user') || '',
  embedded: window.parent !== window,
}

let darkAllowed = false

/** Dark mode exists only for a program that asks for it (`"darkmode": true` in app.json), as in WeChat. */
export function allowDark(allowed) {
  darkAllowed = allowed
  applyTheme()
}

/** 'light' or 'dark'. */
export function theme() {
  if (!darkAllowed) return 'light'
  if (settings.scheme !== 'system') return settings.scheme
  return system.matches ? 'dark' : 'light'
}

/** Whether the program's interface is English. */
export const english = () => settings.language.toLowerCase().startsWith('en')

/** The preview's own words in the shopper's language. */
export const say = (zh, en) => (english() ? en : zh)

let last = null

function applyTheme() {
  const now = theme()
  document.documentElement.dataset.theme = now
  document.documentElement.lang = english() ? 'en' : 'zh-CN'
  const { style } = document.documentElement
  style.colorScheme = now
  for (const side of ['top', 'bottom']) {
    style.setProperty(`--inset-${side}`, settings[side] ? `${settings[side]}px` : `env(safe-area-inset-${side}, 0px)`)
  }
  if (last !== null && last !== now) for (const listener of [...listeners.scheme]) listener({ theme: now })
  last = now
}

/** Calls back with {theme} when the colour scheme changed, or {isConnected, networkType} when the network did. */
export function on(what, listener) {
  listeners[what].add(listener)
}

export function off(what, listener) {
  if (listener) listeners[what].delete(listener)
  else listeners[what].clear()
}

export const networkType = () => ({ online: navigator.onLine ? 'wifi' : 'none', slow: '3g', offline: 'none' })[settings.network]

export function change(values) {
  const network = networkType()
  for (const key of ['scheme', 'language', 'network']) if (values[key]) settings[key] = values[key]
  applyTheme()
  if (networkType() !== network) announceNetwork()
}

function announceNetwork() {
  const type = networkType()
  for (const listener of [...listeners.network]) listener({ isConnected: type !== 'none', networkType: type })
}

system.addEventListener('change', applyTheme)
window.addEventListener('online', announceNetwork)
window.addEventListener('offline', announceNetwork)
window.addEventListener('message', (event) => {
  if (event.origin === location.origin && event.data?.type === 'jishi:set') change(event.data.values || {})
})

/** What the parts of the runtime share: the running program and its pages. Filled by main.js before the first page opens. */
export const host = {
  /** {app, theme, pages, components, json, styles} as the compiler made it */
  program: null,
  /** pages from the first to the visible one */
  stack: [],
  /** the object given to App() */
  app: null,
  /** what wx.getLaunchOptionsSync answers */
  launch: null,
  wx: null,
  root: null,
  /** listeners of wx.onX(...), by X */
  listeners: {},
}

/** The visible page. */
export const current = () => host.stack[host.stack.length - 1]

/** Calls the page's own function if it has one. */
export function callPage(page, name, ...args) {
  const handler = page?.instance[name]
  return typeof handler === 'function' ? handler.apply(page.instance, args) : undefined
}

/** Calls every listener given to wx.onX. */
export function announce(name, ...args) {
  for (const listener of [...(host.listeners[name] || [])]) listener(...args)
}

/** Address of a file of the program; `from` is the path of the WXML that names it. */
export function assetUrl(source, from = '') {
  const text = String(source || '')
  if (!text || /^(https?:|data:|blob:|wxfile:|\/\/)/.test(text)) return text
  // A server's picture ("/media/…") is not a file of the program.
  const api = /^\/(media|static|api)\//.test(text)
  if (api) return text
  if (text.startsWith('/')) return `.${text}`
  const parts = from.split('/').slice(0, -1)
  for (const part of text.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  return `./${parts.join('/')}`
}

/**
 * The page stack with WeChat's rules, mirrored in the address (`#/pages/cart/cart`) so that the browser's back button works.
 * Inside the stage's frame the history belongs to the stage: there the address is only replaced.
 */
import { host, current, callPage, announce } from './host.js'
import { tabIndex } from './config.js'
import { Page } from './page.js'
import { EventChannel } from './channel.js'
import { log } from './log.js'
import { settings } from './settings.js'

const MAX_DEPTH = 10

/** Splits an address into path and decoded query; a relative one starts at the current page's folder. */
export function parseAddress(url, base = '') {
  const [head, search = ''] = String(url).split('#')[0].split(/\?(.*)/s)
  const absolute = head.startsWith('/') ? head : `/${base.split('/').slice(0, -1).join('/')}/${head}`
  const parts = []
  for (const part of absolute.split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  const query = {}
  for (const pair of search.split('&').filter(Boolean)) {
    const [, name, value] = /^([^=]*)=?(.*)$/s.exec(pair)
    query[decode(name)] = decode(value)
  }
  return { path: parts.join('/').replace(/\.html$/, ''), query }
}

const decode = (text) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export class Router {
  #tabs = new Map()
  #queue = Promise.resolve()
  #silent = 0

  constructor(space, container, tabBar) {
    this.space = space
    this.container = container
    this.tabBar = tabBar
    window.addEventListener('popstate', (event) => this.#onHistory(event))
  }

  /** Opens the first page: the one in the address, or the program's entry. */
  start() {
    const fromAddress = parseAddress(location.hash.slice(1))
    const entry = host.program.app.entryPagePath || host.program.pages[0]
    const first = host.program.pages.includes(fromAddress.path) ? fromAddress : { path: entry, query: {} }
    host.launch = { path: first.path, query: first.query, scene: 1001, referrerInfo: {}, apiCategory: 'default' }
    return first
  }

  navigateTo(url, events) {
    const { path, query } = this.#target(url)
    if (tabIndex(path) >= 0) throw new Error('can not navigateTo a tabbar page')
    if (host.stack.length >= MAX_DEPTH) throw new Error('webview count limit exceed')
    const channel = new EventChannel(events)
    const page = this.#create(path, query, channel)
    current().hide()
    this.#push(page)
    this.#address('push')
    return channel
  }

  redirectTo(url) {
    const { path, query } = this.#target(url)
    if (tabIndex(path) >= 0) throw new Error('can not redirectTo a tabbar page')
    const page = this.#create(path, query)
    this.#remove(host.stack.pop())
    this.#push(page)
    this.#address('replace')
  }

  reLaunch(url, { keepAddress = false } = {}) {
    const { path, query } = this.#target(url)
    const old = host.stack.splice(0)
    const kept = [...this.#tabs.values()].filter((page) => !old.includes(page))
    this.#tabs.clear()
    const page = this.#create(path, query)
    for (const one of [...old.reverse(), ...kept]) one.unload()
    if (tabIndex(path) >= 0) this.#tabs.set(path, page)
    this.#push(page)
    this.#address(keepAddress ? 'replace' : 'back', old.length - 1)
  }

  switchTab(url) {
    const { path } = this.#target(url)
    if (tabIndex(path) < 0) throw new Error('can not switch to non-TabBar page')
    if (current()?.path === path) return
    const depth = host.stack.length
    while (host.stack.length) {
      const page = host.stack.pop()
      if (tabIndex(page.path) >= 0) {
        page.hide()
        page.box.hidden = true
      } else this.#remove(page)
    }
    const page = this.#tabs.get(path) || this.#create(path, {})
    this.#tabs.set(path, page)
    this.#push(page)
    this.#address('back', depth - 1)
  }

  navigateBack(delta = 1) {
    if (host.stack.length < 2) throw new Error('cannot navigate back at first page.')
    const steps = Math.min(Math.max(1, delta), host.stack.length - 1)
    this.#pop(steps)
    this.#address('back', steps)
  }

  /** What the tab bar itself does when it is tapped. */
  tapTab(index) {
    const { pagePath, text } = host.program.app.tabBar.list[index]
    this.switchTab(`/${pagePath}`)
    callPage(current(), 'onTabItemTap', { index, pagePath, text })
  }

  #target(url) {
    const target = parseAddress(url, current()?.path)
    if (host.program.pages.includes(target.path)) return target
    announce('PageNotFound', { path: target.path, query: target.query, isEntryPage: false })
    host.app?.onPageNotFound?.({ path: target.path, query: target.query, isEntryPage: false })
    throw new Error(`page "${target.path}" is not found`)
  }

  #create(path, query, channel = new EventChannel()) {
    const page = new Page(this.space, path, query, channel, {
      onBack: () => host.wx.navigateBack(),
      onHome: () => host.wx.reLaunch({ url: `/${host.program.app.entryPagePath || host.program.pages[0]}` }),
    })
    return page
  }

  #push(page) {
    const fresh = !page.box.isConnected
    host.stack.push(page)
    this.tabBar.select(tabIndex(page.path))
    page.box.style.zIndex = host.stack.length * 10
    if (fresh) {
      if (host.stack.length > 1) page.box.classList.add('jp-enter')
      page.mount(this.container)
    }
    this.#settle(page)
  }

  #pop(steps) {
    for (let i = 0; i < steps; i++) this.#remove(host.stack.pop())
    this.tabBar.select(tabIndex(current().path))
    this.#settle(current())
  }

  #settle(page) {
    page.show()
    log('wx', 'page', { path: page.path, query: page.query }).end('')
  }

  #remove(page) {
    page.unload()
    this.#tabs.delete(page.path)
  }

  #address(how, steps = 0) {
    const { address } = current()
    const state = { depth: host.stack.length }
    if (settings.embedded) {
      history.replaceState(state, '', `#${address}`)
      return
    }
    // Going back in a browser's history is not done at once: the changes wait for one another.
    this.#queue = this.#queue.then(async () => {
      if (how === 'push') history.pushState(state, '', `#${address}`)
      else {
        if (how === 'back' && steps > 0) await this.#silentlyBack(steps)
        history.replaceState(state, '', `#${address}`)
      }
    })
  }

  #silentlyBack(steps) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        window.removeEventListener('popstate', done)
        this.#silent = Math.max(0, this.#silent - 1)
        resolve()
      }
      const timer = setTimeout(done, 300)
      this.#silent++
      window.addEventListener('popstate', done)
      history.go(-steps)
    })
  }

  #onHistory(event) {
    if (this.#silent > 0) return
    const depth = event.state?.depth
    const target = parseAddress(location.hash.slice(1))
    if (depth === host.stack.length && current()?.address === location.hash.slice(1)) return
    if (depth && depth < host.stack.length) this.#pop(host.stack.length - depth)
    else if (host.program.pages.includes(target.path)) {
      if (depth && tabIndex(target.path) < 0 && host.stack.length < MAX_DEPTH) {
        const page = this.#create(target.path, target.query)
        current().hide()
        this.#push(page)
      } else this.reLaunch(location.hash.slice(1), { keepAddress: true })
    }
  }
}

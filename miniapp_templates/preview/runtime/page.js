/** One page: its box on the screen, its component, its life. */
import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { h } from './ui/dom.js'
import { host, callPage, current } from './host.js'
import { pageConfig, tabIndex } from './config.js'
import { NavigationBar } from './navbar.js'
import { log } from './log.js'
import { settings, theme } from './settings.js'

const PULL_TRIGGER = 60

export class Page {
  #near = false
  #ready = false

  /**
   * @param space {backend, codeSpace} in which components are made
   * @param path e.g. 'pages/index/index'
   * @param query decoded query of the address
   * @param channel EventChannel between opener and page
   */
  constructor({ associated, codeSpace }, path, query, channel, handlers) {
    this.path = path
    this.query = query
    this.channel = channel
    this.overrides = {}
    this.alert = null
    this.nav = new NavigationBar(handlers)
    this.refresher = h('div.jp-refresher', { 'aria-hidden': 'true' }, h('i'), h('i'), h('i'))
    this.placeholder = h('span')
    this.scroller = h('div.jp-scroll', {}, this.refresher, this.placeholder)
    this.body = h('main.jp-body', {}, this.scroller)
    this.box = h('section.jp-page', { 'jp-route': path, 'data-path': path }, this.nav.element, this.body)
    if (tabIndex(path) >= 0) this.box.classList.add('jp-tab-page')
    this.root = associated.createRoot('page', codeSpace, path)
    this.component = this.root.getComponent()
    this.instance = this.root.get()
    Object.assign(this.instance, { route: path, __route__: path, options: query })
    this.instance.getOpenerEventChannel = () => channel
    this.#watch()
  }

  get config() {
    return { ...pageConfig(this.path), ...this.overrides }
  }

  get address() {
    const query = new URLSearchParams(this.query).toString()
    return `/${this.path}${query ? `?${query}` : ''}`
  }

  /** Puts the page into the document; onLoad runs with the component attached, as components expect. */
  mount(parent) {
    parent.append(this.box)
    this.component.$$.setAttribute('route', this.path)
    this.applyConfig()
    this.root.attach(this.scroller, this.placeholder)
    // A page made by Component() takes its query as properties.
    const given = Object.fromEntries(Object.entries(this.query).filter(([name]) => glassEasel.Component.hasProperty(this.component, name)))
    if (Object.keys(given).length) this.instance.setData(given)
    callPage(this, 'onLoad', this.query)
  }

  applyConfig() {
    const { config } = this
    const depth = host.stack.indexOf(this)
    this.nav.apply(config, {
      canGoBack: depth > 0 || (depth < 0 && host.stack.length > 0 && tabIndex(this.path) < 0),
      showHome: tabIndex(this.path) < 0 && host.program.app.entryPagePath !== this.path && host.program.pages[0] !== this.path && !this.homeHidden,
    })
    this.body.style.backgroundColor = config.backgroundColorContent || ''
    this.scroller.style.backgroundColor = config.backgroundColor || ''
    this.scroller.style.overflowY = config.disableScroll ? 'hidden' : ''
    if (current() === this) this.#tellStage(config)
  }

  /** The stage shows the path, and draws the status bar in the colour that the page's navigation bar asks for. */
  #tellStage(config) {
    if (!settings.embedded) return
    window.parent.postMessage({
      type: 'jishi:page', address: this.address, path: this.path, depth: host.stack.length, theme: theme(),
      textStyle: config.navigationStyle === 'custom' ? '' : config.navigationBarTextStyle || 'white',
    }, location.origin)
  }

  show() {
    this.box.hidden = false
    this.box.inert = false
    this.applyConfig()
    document.title = this.config.navigationBarTitleText || document.title
    callPage(this, 'onShow')
    this.component.triggerPageLifetime('show', [])
    if (this.#ready) return
    this.#ready = true
    callPage(this, 'onReady')
  }

  hide() {
    this.box.inert = true
    callPage(this, 'onHide')
    this.component.triggerPageLifetime('hide', [])
  }

  unload() {
    callPage(this, 'onUnload')
    this.root.release()
    this.box.remove()
  }

  startRefresh() {
    if (this.box.classList.contains('jp-refreshing')) return
    this.box.classList.add('jp-refreshing')
    callPage(this, 'onPullDownRefresh')
  }

  stopRefresh() {
    this.box.classList.remove('jp-refreshing')
  }

  #watch() {
    const { scroller } = this
    scroller.addEventListener('scroll', () => {
      callPage(this, 'onPageScroll', { scrollTop: scroller.scrollTop })
      this.onScroll?.({ scrollTop: scroller.scrollTop })
      const near = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < (this.config.onReachBottomDistance ?? 50)
      if (near && !this.#near) {
        log('wx', 'onReachBottom', { page: this.path }).end('')
        callPage(this, 'onReachBottom')
      }
      this.#near = near
    }, { passive: true })
    new ResizeObserver(() => {
      this.box.style.setProperty('--vh', `${this.body.clientHeight / 100}px`)
      // More content means that the end is far again.
      if (scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop >= 50) this.#near = false
    }).observe(this.body)
    new MutationObserver(() => {
      if (scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop >= 50) this.#near = false
    }).observe(scroller, { childList: true, subtree: true })
    let from = null
    scroller.addEventListener('touchstart', (event) => {
      from = scroller.scrollTop <= 0 ? event.touches[0].clientY : null
    }, { passive: true })
    scroller.addEventListener('touchend', (event) => {
      if (from !== null && this.config.enablePullDownRefresh && event.changedTouches[0].clientY - from > PULL_TRIGGER) this.startRefresh()
      from = null
    }, { passive: true })
    scroller.addEventListener('wheel', (event) => {
      // With a mouse: one more turn upwards at the very top.
      if (this.config.enablePullDownRefresh && scroller.scrollTop <= 0 && event.deltaY < -80) this.startRefresh()
    }, { passive: true })
  }
}

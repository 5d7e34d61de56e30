/**
 * The runtime's entry. The compiled program calls `JishiPreview.start(program, templates, modules)`; tests and the stage read
 * `JishiPreview.log`, `JishiPreview.pages()` and `JishiPreview.wx`.
 */
import './style/base.css'
import './style/builtins.css'
import './style/chrome.css'
import './style/sheets.css'
import { h } from './ui/dom.js'
import { host, current, callPage, announce } from './host.js'
import { settings, allowDark, change, on as onSetting } from './settings.js'
import { entries } from './log.js'
import { exposeIdentity, plainTargets } from './backend.js'
import { createSpace, watchErrors } from './space.js'
import { makeCapsule } from './navbar.js'
import { TabBar } from './tabbar.js'
import { Router } from './router.js'
import { createWx } from './wx/index.js'
import { shareCurrentPage } from './ui/share.js'

export { entries as log, settings, change }

/** Pages from first to visible: {path, query, data, instance}. */
export const pages = () => host.stack.map(({ path, query, instance }) => ({ path, query, data: instance.data, instance }))

export const wx = () => host.wx

// WXS sees the constructor of a value as a string.
Object.defineProperty(Object.prototype, '__wxsConstructor', {
  configurable: true,
  get() {
    return Object.prototype.toString.call(this).slice(8, -1)
  },
})

/** Starts a compiled program in this document. */
export function start(program, templates, modules) {
  host.program = program
  allowDark(program.app.darkmode === true)
  exposeIdentity()
  plainTargets()
  watchErrors()

  const container = h('div.jp-pages')
  const tabBar = new TabBar((index) => router.tapTab(index))
  const capsule = makeCapsule(() => shareCurrentPage('menu'), () => host.wx.exitMiniProgram())
  host.root = h('div.jp-root', {}, container, tabBar.element, capsule)
  document.body.append(host.root)
  document.documentElement.classList.toggle('jp-has-capsule', settings.capsule)

  const router = new Router(null, container, tabBar)
  host.wx = createWx({ router, tabBar })
  const first = router.start()
  router.space = createSpace(program, templates, modules)

  if (!host.app) host.app = {}
  onSetting('scheme', (theme) => {
    for (const page of host.stack) page.applyConfig()
    tabBar.draw()
    host.app.onThemeChange?.(theme)
    announce('ThemeChange', theme)
  })
  onSetting('network', (state) => announce('NetworkStatusChange', state))
  host.app.onLaunch?.(host.launch)
  host.app.onShow?.(host.launch)
  watchVisibility()
  watchSize()
  const query = Object.entries(first.query).map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  router.reLaunch(`/${first.path}${query ? `?${query}` : ''}`, { keepAddress: true })
}

function watchVisibility() {
  document.addEventListener('visibilitychange', () => {
    const hidden = document.hidden
    const args = hidden ? {} : host.launch
    callPage(current(), hidden ? 'onHide' : 'onShow')
    current()?.component.triggerPageLifetime(hidden ? 'hide' : 'show', [])
    host.app?.[hidden ? 'onHide' : 'onShow']?.(args)
    announce(hidden ? 'AppHide' : 'AppShow', args)
  })
}

function watchSize() {
  window.addEventListener('resize', () => {
    const size = { windowWidth: window.innerWidth, windowHeight: current()?.body.clientHeight || window.innerHeight, screenWidth: window.innerWidth, screenHeight: window.innerHeight }
    const result = { size, deviceOrientation: window.innerWidth > window.innerHeight ? 'landscape' : 'portrait' }
    announce('WindowResize', result)
    for (const page of host.stack) {
      callPage(page, 'onResize', result)
      page.component.triggerPageLifetime('resize', [result])
    }
  })
}

/** The navigation bar of one page: status bar space, back or home button, title. */
import { h, icon } from './ui/dom.js'
import { settings, say } from './settings.js'

const READABLE = { white: '#ffffff', black: '#000000' }

export class NavigationBar {
  constructor({ onBack, onHome }) {
    this.back = h('button.jp-nav-button', { type: 'button', onclick: onBack, 'aria-label': say('返回', 'Back') }, icon('back'))
    this.home = h('button.jp-nav-button', { type: 'button', onclick: onHome, 'aria-label': say('首页', 'Home') }, icon('home', 22))
    this.title = h('h1.jp-nav-title')
    this.spinner = h('span.jp-spinner.jp-nav-spinner', { hidden: true })
    this.element = h('header.jp-nav', {}, h('div.jp-nav-row', {}, this.back, this.home, this.spinner, this.title))
  }

  /** @param config window settings; @param state {canGoBack, showHome} */
  apply(config, { canGoBack, showHome }) {
    const custom = config.navigationStyle === 'custom'
    this.element.hidden = custom
    this.element.style.backgroundColor = config.navigationBarBackgroundColor || '#000000'
    this.element.style.color = READABLE[config.navigationBarTextStyle || 'white'] || '#ffffff'
    this.back.hidden = !canGoBack
    this.home.hidden = canGoBack || !showHome
    this.title.textContent = config.navigationBarTitleText || ''
  }

  set loading(on) {
    this.spinner.hidden = !on
  }
}

/** The capsule button of WeChat, top right, only when the stage asks for it. */
export function makeCapsule(onMenu, onClose) {
  if (!settings.capsule) return null
  return h('div.jp-capsule', {},
    h('button', { type: 'button', onclick: onMenu, 'aria-label': say('更多', 'More') }, icon('dots', 20, 3)),
    h('button', { type: 'button', onclick: onClose, 'aria-label': say('关闭', 'Close') }, h('i.jp-capsule-ring')))
}

/** Where the capsule is, in CSS pixels of the window; WeChat answers this even before it is drawn. */
export function capsuleRect() {
  const width = 87
  const height = 32
  const top = settings.top + 6
  const right = window.innerWidth - 7
  return { width, height, top, bottom: top + height, left: right - width, right }
}

/** The tab bar: icons, texts in either language, badges and red dots. */
import { h } from './ui/dom.js'
import { assetUrl } from './host.js'
import { tabBarConfig } from './config.js'

export class TabBar {
  #items = []
  #style = {}
  #selected = -1

  constructor(onSelect) {
    this.element = h('nav.jp-tabbar', { role: 'tablist', hidden: true })
    this.visible = true
    const config = tabBarConfig()
    this.#items = (config?.list || []).map((item, index) => {
      const image = h('img', { alt: '', draggable: 'false' })
      const text = h('span.jp-tab-text')
      const badge = h('b.jp-badge', { hidden: true })
      const button = h('button.jp-tab', { type: 'button', role: 'tab', 'data-index': index, onclick: () => onSelect(index) },
        h('span.jp-tab-icon', {}, image, badge), text)
      this.element.append(button)
      return { button, image, text, badge, changed: {} }
    })
  }

  get length() {
    return this.#items.length
  }

  /** Shows the bar for the tab at `index`, or hides it for -1. */
  select(index) {
    this.#selected = index
    this.draw()
  }

  draw() {
    const config = tabBarConfig()
    this.element.hidden = this.#selected < 0 || !this.visible
    if (!config) return
    const style = { ...config, ...this.#style }
    this.element.style.backgroundColor = style.backgroundColor || '#ffffff'
    this.element.dataset.border = style.borderStyle || 'black'
    this.#items.forEach(({ button, image, text, changed }, index) => {
      const item = { ...config.list[index], ...changed }
      const on = index === this.#selected
      const source = (on && item.selectedIconPath) || item.iconPath
      if (source) image.src = assetUrl(source)
      image.hidden = !source
      text.textContent = item.text
      button.style.color = (on ? style.selectedColor : style.color) || ''
      button.setAttribute('aria-selected', String(on))
    })
  }

  /** Changes text or icons of one tab. */
  change(index, values) {
    Object.assign(this.#at(index).changed, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)))
    this.draw()
  }

  restyle(values) {
    Object.assign(this.#style, values)
    this.draw()
  }

  /** A text of at most four characters, '' for a red dot, null for nothing. */
  badge(index, text) {
    const { badge } = this.#at(index)
    badge.hidden = text === null
    badge.textContent = String(text ?? '').length > 4 ? `${String(text).slice(0, 3)}…` : text || ''
    badge.classList.toggle('jp-dot', text === '')
  }

  #at(index) {
    const item = this.#items[index]
    if (!item) throw new Error('invalid index')
    return item
  }
}

/**
 * How glass-easel writes to this document.
 *
 * Its own browser backend puts styles into <style> elements and `style` attributes, which a strict content security policy
 * forbids; here they are constructed style sheets and CSSOM writes. Events come from gestures.js instead of its own recogniser.
 */
import { glassEasel } from 'glass-easel-miniprogram-adapter'
import { BUILTIN_TAGS, PHONE_TAGS } from '../compiler/tags.mjs'
import { log } from './log.js'
import { startGestures } from './gestures.js'

const TAGS = new Set([...BUILTIN_TAGS, ...PHONE_TAGS])
const unknown = new Set()

/** Units that only WXSS knows, in an inline style. */
const inlineStyle = (text) => String(text)
  .replace(/(-?\d*\.?\d+)rpx\b/gi, 'calc(var(--rpx)*$1)')
  .replace(/(-?\d*\.?\d+)vh\b/gi, 'calc(var(--vh)*$1)')
  .replace(/(?:env|constant)\(\s*safe-area-inset-(top|right|bottom|left)\s*(?:,[^()]*)?\)/gi, 'var(--safe-$1)')

function createElement(tag) {
  let name = tag
  if (tag.startsWith('native-')) name = tag.slice(7)
  else if (TAGS.has(tag) || tag === 'page') name = `wx-${tag}`
  else if (!tag.includes('-')) {
    if (!unknown.has(tag)) log('warning', `unknown tag <${tag}>`)
    unknown.add(tag)
    name = `wx-${tag}`
  }
  const element = document.createElement(name)
  const setAttribute = element.setAttribute
  element.setAttribute = (key, value) => {
    if (key === 'style') element.style.cssText = inlineStyle(value)
    else setAttribute.call(element, key, value)
  }
  return element
}

/** Adds a style sheet to the document. */
export function addSheet(text) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}

export class PreviewBackend extends glassEasel.CurrentWindowBackendContext {
  #sheets = new Map()
  #added = new Set()
  #blocked = new WeakSet()
  listened = new Set()

  document = {
    createElement,
    createTextNode: (text) => document.createTextNode(text),
    createDocumentFragment: () => document.createDocumentFragment(),
  }

  registerStyleSheetContent(path, content) {
    this.#sheets.set(path, String(content))
  }

  appendStyleSheetPath(path) {
    const text = this.#sheets.get(path)
    if (!this.#added.has(path) && text) addSheet(text)
    this.#added.add(path)
    return 0
  }

  disableStyleSheet() {}

  onEvent(listener) {
    startGestures(this.listened, (element, type, detail, fields, original) => {
      let node = element
      while (node && !node.__wxElement) node = node.parentNode
      if (!node) return
      listener(node.__wxElement, type, detail, { originalEvent: original, bubbles: true, composed: true, capturePhase: true, extraFields: fields })
    })
  }

  setListenerStats(element, type, capture, level) {
    this.listened.add(type)
    // A caught touchmove keeps the page from scrolling; only a non-passive listener on the element itself can do that.
    if (element && type === 'touchmove' && level === 2 && !this.#blocked.has(element)) {
      this.#blocked.add(element)
      element.addEventListener('touchmove', (event) => event.cancelable && event.preventDefault(), { passive: false })
    }
  }
}

/** Ids and data-* of the WXML reach the DOM as `data-wx-id` and `data-*`, so that browser tests and tools can find elements. */
export function exposeIdentity() {
  const prototype = glassEasel.Element.prototype
  const id = Object.getOwnPropertyDescriptor(prototype, 'id')
  Object.defineProperty(prototype, 'id', {
    ...id,
    set(value) {
      id.set.call(this, value)
      if (this.$$ instanceof HTMLElement) this.$$.dataset.wxId = String(value)
    },
  })
  const setDataset = prototype.setDataset
  prototype.setDataset = function setDatasetAndAttribute(name, value) {
    setDataset.call(this, name, value)
    if (!(this.$$ instanceof HTMLElement) || (typeof value === 'object' && value !== null)) return
    const attribute = `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    if (/^data-[\w.-]+$/.test(attribute)) this.$$.setAttribute(attribute, String(value))
  }
}

/** Events carry plain targets ({id, dataset, offsetLeft, offsetTop}) as in WeChat, not framework objects. */
export function plainTargets() {
  const target = (caller) => {
    const element = caller?._$ || caller
    const box = element?.$$
    return { id: element?.id || '', dataset: { ...caller?.dataset }, offsetLeft: box?.offsetLeft || 0, offsetTop: box?.offsetTop || 0 }
  }
  const prototype = glassEasel.Event.prototype
  const wrap = prototype.wrapShadowedEvent
  prototype.wrapShadowedEvent = function wrapPlain(from, mark, current) {
    const event = wrap.call(this, from, mark, current)
    event.target = target(from)
    event.currentTarget = target(current)
    event.mark = mark || {}
    return event
  }
}

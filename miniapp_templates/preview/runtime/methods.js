/** Methods of components and pages that WeChat has and the adapter lacks, or has in a form that does not work in a browser. */
import { host, current } from './host.js'
import { log } from './log.js'

const SET_DATA_LIMIT = 1024 * 1024

/** Adds the methods to the class behind `this` of every component and page. */
export function extendComponents({ component }) {
  const prototype = component.ComponentCaller.prototype
  const { setData } = prototype
  Object.assign(prototype, {
    setData(data, callback) {
      checkSize(this, data)
      // An answer that comes after its page is gone, which WeChat draws nowhere: here its elements are gone too.
      if (!this._$.getBackendContext()) return
      setData.call(this, data, callback)
    },
    createIntersectionObserver(options = {}) {
      return new Observer(this, options)
    },
    /** Keyframes by the browser's own animations: animate(selector, keyframes, ms, callback). */
    animate(selector, keyframes, duration, callback) {
      const elements = this._$.getShadowRoot()?.querySelectorAll(selector) || []
      const frames = keyframes.map(toKeyframe)
      const running = elements.map((element) => element.$$.animate(frames, { duration: typeof duration === 'number' ? duration : 0, fill: 'forwards' }))
      if (callback && running[0]) running[0].onfinish = () => callback()
    },
    clearAnimation(selector, options, callback) {
      for (const element of this._$.getShadowRoot()?.querySelectorAll(selector) || []) {
        for (const animation of element.$$.getAnimations()) animation.cancel()
      }
      const done = typeof options === 'function' ? options : callback
      done?.()
    },
    getPageId() {
      return `pageId:${host.stack.findIndex((page) => page.instance === this) + 1}`
    },
    getTabBar() {
      return null
    },
    setUpdatePerformanceListener() {},
    setPassiveEvent() {},
    setInitialRenderingCache() {},
  })
  const router = { get: () => host.wx }
  Object.defineProperties(prototype, { pageRouter: router, router })
}

function checkSize(instance, data) {
  let size = 0
  try {
    size = JSON.stringify(data)?.length || 0
  } catch {
    log('error', 'setData', 'data with a cycle cannot cross to the view layer')
  }
  if (size > SET_DATA_LIMIT) log('error', 'setData', `${Math.round(size / 1024)} KB at once in ${instance.is}: WeChat takes at most 1024 KB`)
  for (const [key, value] of Object.entries(data || {})) {
    if (value === undefined) log('warning', 'setData', `"${key}" is undefined in ${instance.is}: WeChat keeps the old value`)
  }
}

const TRANSFORMS = new Set(['matrix', 'matrix3d', 'rotate', 'rotate3d', 'rotateX', 'rotateY', 'rotateZ', 'scale', 'scale3d', 'scaleX', 'scaleY', 'scaleZ',
  'skew', 'skewX', 'skewY', 'translate', 'translate3d', 'translateX', 'translateY', 'translateZ'])

function toKeyframe(frame) {
  const out = {}
  const transforms = []
  for (const [name, value] of Object.entries(frame)) {
    if (name === 'ease') out.easing = value
    else if (TRANSFORMS.has(name)) {
      const unit = name.startsWith('rotate') || name.startsWith('skew') ? 'deg' : name.startsWith('translate') ? 'px' : ''
      transforms.push(`${name}(${[].concat(value).map((one) => (typeof one === 'number' ? one + unit : one)).join(',')})`)
    } else out[name] = value
  }
  if (transforms.length) out.transform = transforms.join(' ')
  return out
}

/** wx.createIntersectionObserver over the browser's own observer. */
class Observer {
  #running = []
  #root = null
  #margins = '0px'

  constructor(instance, { thresholds = [0], observeAll = false, initialRatio = 0 }) {
    this.instance = instance
    this.thresholds = thresholds
    this.observeAll = observeAll
    this.initialRatio = initialRatio
  }

  relativeTo(selector, margins) {
    this.#root = selector
    return this.#margin(margins)
  }

  relativeToViewport(margins) {
    this.#root = null
    return this.#margin(margins)
  }

  #margin({ top = 0, right = 0, bottom = 0, left = 0 } = {}) {
    this.#margins = `${top}px ${right}px ${bottom}px ${left}px`
    return this
  }

  observe(selector, callback) {
    const shadow = this.instance._$.getShadowRoot()
    const targets = this.observeAll ? shadow.querySelectorAll(selector) : [shadow.querySelector(selector)].filter(Boolean)
    const page = host.stack.find((one) => one.box.contains(targets[0]?.$$)) || current()
    const root = this.#root ? shadow.querySelector(this.#root)?.$$ : page.scroller
    let first = this.initialRatio === 0
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (first && entry.intersectionRatio === 0 && !entry.isIntersecting) continue
        const element = entry.target.__wxElement
        callback({
          id: element.id, dataset: { ...element.dataset }, intersectionRatio: entry.intersectionRatio, time: entry.time,
          boundingClientRect: entry.boundingClientRect.toJSON(), intersectionRect: entry.intersectionRect.toJSON(),
          relativeRect: entry.rootBounds?.toJSON() || {},
        })
      }
      first = false
    }, { root, rootMargin: this.#margins, threshold: this.thresholds })
    for (const target of targets) observer.observe(target.$$)
    this.#running.push(observer)
  }

  disconnect() {
    for (const observer of this.#running.splice(0)) observer.disconnect()
  }
}

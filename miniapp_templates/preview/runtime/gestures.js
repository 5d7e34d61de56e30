/**
 * Fingers, mouse and keyboard to the events of a mini program: touchstart, touchmove, touchend, touchcancel, tap, longpress and
 * the ends of CSS animations. A tap is the browser's click, so that it also comes from a keyboard, a screen reader or a script.
 */
const FAR = 10
const LONG_MS = 350
const PASSED_ON = ['transitionend', 'animationstart', 'animationiteration', 'animationend']

const touch = (one) => ({ identifier: one.identifier || 0, pageX: one.pageX, pageY: one.pageY, clientX: one.clientX, clientY: one.clientY, force: one.force || 1 })
const list = (touches) => Array.from(touches || [], touch)

/**
 * @param listened names of events that some element listens to; others are not sent
 * @param send (element, type, detail, {touches, changedTouches}, originalEvent)
 */
export function startGestures(listened, send) {
  let start = null
  let held = null
  let mouseDown = false
  let swallow = false

  const forget = () => {
    clearTimeout(held)
    held = null
  }
  const begin = (target, point, event) => {
    start = { x: point.clientX, y: point.clientY, moved: false }
    swallow = false
    forget()
    if (!listened.has('longpress') && !listened.has('longtap')) return
    held = setTimeout(() => {
      const fields = { touches: [touch(point)], changedTouches: [touch(point)] }
      const long = closestListening(target)
      for (const type of ['longpress', 'longtap']) send(target, type, { x: point.clientX, y: point.clientY }, fields, event)
      swallow = long
    }, LONG_MS)
  }
  const move = (point) => {
    if (!start || start.moved) return
    if (Math.abs(point.clientX - start.x) > FAR || Math.abs(point.clientY - start.y) > FAR) {
      start.moved = true
      forget()
    }
  }

  for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel']) {
    document.addEventListener(type, (event) => {
      const point = event.changedTouches[0]
      if (type === 'touchstart') begin(event.target, point, event)
      else if (type === 'touchmove') move(point)
      else forget()
      if (listened.has(type)) send(event.target, type, {}, { touches: list(event.touches), changedTouches: list(event.changedTouches) }, event)
    }, { capture: true, passive: true })
  }

  // A mouse is a finger that only exists while its button is down.
  const mouse = (type, name) => document.addEventListener(type, (event) => {
    if (event.pointerType !== 'mouse' || event.button > 0) return
    if (type === 'pointerdown') {
      mouseDown = true
      begin(event.target, event, event)
    } else if (!mouseDown) return
    else if (type === 'pointermove') move(event)
    else {
      mouseDown = false
      forget()
    }
    if (listened.has(name)) send(event.target, name, {}, { touches: type === 'pointerup' ? [] : list([event]), changedTouches: list([event]) }, event)
  }, { capture: true, passive: true })
  mouse('pointerdown', 'touchstart')
  mouse('pointermove', 'touchmove')
  mouse('pointerup', 'touchend')
  mouse('pointercancel', 'touchcancel')

  document.addEventListener('click', (event) => {
    if (swallow || (start?.moved && event.detail > 0)) {
      swallow = false
      return
    }
    const point = { identifier: 0, pageX: event.pageX, pageY: event.pageY, clientX: event.clientX, clientY: event.clientY }
    send(event.target, 'tap', { x: event.clientX, y: event.clientY }, { touches: [touch(point)], changedTouches: [touch(point)] }, event)
  }, { capture: true })

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    const { target } = event
    if (!target.__wxElement || !target.hasAttribute('tabindex')) return
    event.preventDefault()
    start = null
    target.click()
  })

  for (const type of PASSED_ON) {
    document.addEventListener(type, (event) => {
      if (listened.has(type)) send(event.target, type, { elapsedTime: event.elapsedTime, animationName: event.animationName }, {}, event)
    }, { capture: true })
  }
}

/** Whether an element above `target` listens to a long press: then no tap follows it. */
function closestListening(target) {
  for (let node = target; node; node = node.parentNode) {
    const listeners = node.__wxElement?._$eventTarget?.listeners
    if (listeners && (listeners.longpress || listeners.longtap)) return true
  }
  return false
}

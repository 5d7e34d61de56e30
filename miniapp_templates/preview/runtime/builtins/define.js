/**
 * How a built-in component is described: {props, reflect, observers, methods, init, ready, detached, form, data, focusable}.
 * `reflect` names properties that become DOM attributes for CSS; `form` gives the value that a form collects.
 */
import { glassEasel } from 'glass-easel-miniprogram-adapter'
import templates from 'virtual:builtin-templates'

export const text = (value = '') => ({ type: String, value })
export const flag = (value = false) => ({ type: Boolean, value })
export const number = (value = 0) => ({ type: Number, value })
export const any = (value = null) => ({ type: null, value })
export const array = () => ({ type: Array, value: [] })

const ARIA = ['role', 'label', 'hidden', 'disabled', 'checked', 'selected', 'expanded', 'live', 'modal', 'required', 'invalid', 'controls',
  'describedby', 'labelledby', 'valuenow', 'valuemin', 'valuemax', 'valuetext', 'level', 'haspopup', 'pressed', 'current', 'posinset', 'setsize', 'sort']
const ACTING_ROLES = new Set(['button', 'link', 'tab', 'radio', 'checkbox', 'switch', 'menuitem', 'option', 'slider'])
const camel = (name) => `aria${name[0].toUpperCase()}${name.slice(1)}`
export const dashed = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The element that carries aria attributes: the native field inside, or the component's own. */
const ariaTarget = (component) => component.$$.querySelector(':scope > .jp-field, :scope > .jp-range') || component.$$

function setAria(component, name, value) {
  const target = ariaTarget(component)
  const attribute = name === 'role' ? 'role' : `aria-${name}`
  if (value === null || value === undefined || value === '' || (name === 'role' && value === 'none')) target.removeAttribute(attribute)
  else target.setAttribute(attribute, String(value))
  if (name === 'label' && component.is === 'wx://image') component.$$.querySelector('img')?.setAttribute('alt', value || '')
  if (name === 'role' && ACTING_ROLES.has(value) && target === component.$$) target.tabIndex = 0
}

const merge = (observers, key, handler) => {
  const before = observers[key]
  observers[key] = before ? function both(...values) {
    handler.apply(this, values)
    before.apply(this, values)
  } : handler
}

export function define(space, tag, description = {}) {
  const { props = {}, reflect = [], observers: given = {}, methods = {}, data = {}, init, ready, detached, form, focusable, role, externalClasses } = description
  const observers = { ...given }
  for (const name of reflect) {
    merge(observers, name, function reflectProperty(value) {
      if (value === true || value === false) this.$$.setAttribute(dashed(name), String(value))
      else this.$$.setAttribute(dashed(name), value ?? '')
    })
  }
  for (const name of ARIA) {
    merge(observers, camel(name), function reflectAria(value) {
      setAria(this, name, value)
    })
  }
  merge(observers, 'hidden', function hide(value) {
    this.$$.hidden = Boolean(value)
  })
  merge(observers, 'animation', function play(value) {
    if (value?.actions) runAnimation(this, value.actions)
  })
  if (focusable) {
    merge(observers, 'disabled', function disable(value) {
      this.$$.setAttribute('aria-disabled', String(Boolean(value)))
      this.$$.tabIndex = value ? -1 : 0
    })
  }
  const aria = Object.fromEntries(ARIA.map((name) => [camel(name), any()]))
  const definition = space.defineComponent({
    is: `wx://${tag}`,
    options: { virtualHost: false },
    externalClasses,
    template: templates[tag] ? { groupList: templates, content: templates[tag] } : undefined,
    properties: {
      hidden: flag(), animation: any(), ...aria, hoverClass: text(), hoverStopPropagation: flag(), hoverStartTime: number(50),
      hoverStayTime: number(400), ...props,
    },
    data,
    observers,
    methods,
    lifetimes: {
      created() {
        if (form) {
          this.formValue = () => form.call(this)
          this.$$.dataset.jpField = ''
        }
        for (const name of reflect) this.$$.setAttribute(dashed(name), String(this.data[name]))
        if (focusable) {
          this.$$.tabIndex = 0
          this.$$.setAttribute('role', role || 'button')
        }
        init?.call(this)
      },
      attached() {
        watchPress(this)
        ready?.call(this)
      },
      detached() {
        detached?.call(this)
      },
    },
  })
  space.setGlobalUsingComponent(tag, definition)
}

/** hover-class: there while the finger is down, in the owner's style scope. */
function watchPress(component) {
  const name = component.data.hoverClass
  if (!name || name === 'none' || component.pressWatched) return
  component.pressWatched = true
  let timer = null
  const set = (on) => component.toggleNodeClass(name, on, glassEasel.StyleSegmentIndex.TEMP_EXTRA)
  component.$$.addEventListener('pointerdown', (event) => {
    if (component.data.disabled) return
    if (component.data.hoverStopPropagation) event.stopPropagation()
    clearTimeout(timer)
    timer = setTimeout(() => set(true), component.data.hoverStartTime)
  })
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
    component.$$.addEventListener(end, () => {
      clearTimeout(timer)
      timer = setTimeout(() => set(false), end === 'pointerup' ? component.data.hoverStayTime : 0)
    })
  }
}

/** What wx.createAnimation exported: one step after the other as CSS transitions. */
function runAnimation(component, actions) {
  const [step, ...rest] = actions
  if (!step) return
  const { style } = component.$$
  const { duration, timingFunction, delay } = step.option
  style.transition = `all ${duration}ms ${timingFunction} ${delay}ms`
  requestAnimationFrame(() => Object.assign(style, step.styles))
  setTimeout(() => {
    fire(component, 'transitionend', {})
    runAnimation(component, rest)
  }, duration + delay + 16)
}

/** Triggers a component's own event; it does not bubble unless asked to. */
export const fire = (component, name, detail, options) => component.triggerEvent(name, detail, options)

/** The nearest built-in `tag` around a component. */
export function around(component, tag) {
  for (let node = component.$$.parentNode; node; node = node.parentNode) {
    if (node.localName === `wx-${tag}` && node.__wxElement) return node.__wxElement
  }
  return null
}

/** The built-in components inside that match a CSS selector. */
export const inside = (component, selector) => Array.from(component.$$.querySelectorAll(selector), (element) => element.__wxElement).filter(Boolean)

/** A part of the component's own template. */
export const part = (component, selector) => component.$$.querySelector(selector)

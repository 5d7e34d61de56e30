/** view, text, cover-view, navigator, label, form, button, root-portal, page-meta and other containers. */
import { around, any, fire, flag, inside, number, part, text } from './define.js'
import { host, current } from '../host.js'
import { openType } from '../ui/share.js'
import { convertLength } from './units.js'
import { log } from '../log.js'

const NAVIGATE = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack', exit: 'exitMiniProgram' }

export const basic = {
  view: {},
  'cover-view': { props: { scrollTop: any() } },
  'movable-area': { props: { scaleArea: flag() } },
  'movable-view': { props: { direction: text('none'), x: any(0), y: any(0), inertia: flag(), outOfBounds: flag(), disabled: flag(), scale: flag() } },
  'share-element': { props: { key: text(), transform: flag(), duration: number(300) } },
  text: {
    props: { selectable: flag(), userSelect: flag(), space: text(), decode: flag(), overflow: text('visible'), maxLines: number(0) },
    reflect: ['selectable', 'userSelect', 'space', 'overflow'],
    observers: {
      maxLines(lines) {
        Object.assign(part(this, '.jp-text').style, lines > 0 ? { display: '-webkit-box', webkitBoxOrient: 'vertical', webkitLineClamp: String(lines), overflow: 'hidden' } : {})
      },
    },
  },
  navigator: {
    props: { target: text('self'), url: text(), openType: text('navigate'), delta: number(1), appId: text(), path: text(), hoverClass: text('navigator-hover') },
    focusable: true,
    role: 'link',
    init() {
      this.addListener('tap', () => {
        const method = NAVIGATE[this.data.openType] || 'navigateTo'
        host.wx[method]({ url: this.data.url, delta: this.data.delta, fail: (result) => fire(this, 'fail', result), success: (result) => fire(this, 'success', result) })
      })
    },
  },
  label: {
    props: { for: text() },
    init() {
      this.$$.addEventListener('click', (event) => {
        const selector = 'wx-switch,wx-radio,wx-checkbox,wx-button,wx-input,wx-textarea'
        const named = this.data.for && current()?.box.querySelector(`[data-wx-id="${CSS.escape(this.data.for)}"]`)
        const target = named || this.$$.querySelector(selector)
        if (!target || target.contains(event.target) || event.target.closest?.(selector)) return
        if (target.__wxElement.toggle) target.__wxElement.toggle()
        else if (target.querySelector('.jp-field')) target.querySelector('.jp-field').focus()
        else target.click()
      })
    },
  },
  form: {
    props: { reportSubmit: flag(), reportSubmitTimeout: number(0) },
    methods: {
      collect() {
        const value = {}
        for (const field of inside(this, '[data-jp-field]')) if (field.data.name) value[field.data.name] = field.formValue()
        // Components with the behaviour wx://form-field take part too.
        for (const element of this.$$.querySelectorAll('*')) {
          const component = element.__wxElement
          if (!component?.data || component.formValue || !component.data.name || !('value' in component.data)) continue
          value[component.data.name] = component.data.value
        }
        return value
      },
      submit() {
        fire(this, 'submit', { value: this.collect(), formId: '' })
      },
      reset() {
        for (const field of inside(this, '[data-jp-field]')) field.resetField?.()
        fire(this, 'reset', {})
      },
    },
  },
  button: {
    props: {
      type: text('default'), size: text('default'), plain: flag(), disabled: flag(), loading: flag(), formType: text(), openType: text(), hoverClass: text('button-hover'),
      hoverStartTime: number(20), hoverStayTime: number(70), lang: text('en'), sessionFrom: text(), sendMessageTitle: text(), sendMessagePath: text(),
      sendMessageImg: text(), appParameter: text(), showMessageCard: flag(), phoneNumberNoQuotaToast: flag(true), createliveactivity: flag(), name: text(),
    },
    reflect: ['type', 'size', 'plain', 'disabled', 'loading'],
    focusable: true,
    role: 'button',
    init() {
      this.addListener('tap', (event) => {
        if (!this.data.disabled) return undefined
        event.stopPropagation()
        return false
      }, { capture: true })
      this.addListener('tap', () => {
        if (this.data.disabled) return
        const form = this.data.formType && around(this, 'form')
        if (form) form[this.data.formType]?.()
        if (this.data.openType) openType(this.data.openType, this, (name, detail) => fire(this, name, detail))
      })
    },
  },
  'root-portal': {
    props: { enable: flag(true) },
    ready() {
      if (!this.data.enable) return
      const page = host.stack.find((one) => one.box.contains(this.$$)) || current()
      // Inside wx-page, so that the page's styles and variables still reach it.
      this.portal = part(this, '.jp-portal')
      queueMicrotask(() => {
        const target = (host.stack.find((one) => one.box.contains(this.$$)) || page)?.component.$$
        if (this.portal && target && this.$$.isConnected) target.append(this.portal)
      })
    },
    detached() {
      this.portal?.remove()
      this.portal = null
    },
  },
  'page-container': {
    props: { show: flag(), duration: number(300), zIndex: number(100), overlay: flag(true), position: text('bottom'), round: flag(), closeOnSlideDown: flag(), overlayStyle: text(), customStyle: text() },
    reflect: ['show', 'round', 'position'],
    observers: {
      show(value) {
        fire(this, value ? 'enter' : 'leave', {})
        setTimeout(() => fire(this, value ? 'afterenter' : 'afterleave', {}), this.data.duration)
      },
    },
  },
  'page-meta': {
    props: {
      backgroundTextStyle: text(), backgroundColor: text(), rootBackgroundColor: text(), rootFontSize: text(), pageFontSize: text(), pageOrientation: text(),
      pageStyle: text(), scrollTop: any(), scrollDuration: number(300), backgroundColorTop: text(), backgroundColorBottom: text(),
    },
    observers: {
      'pageStyle, rootFontSize, pageFontSize, backgroundColor'() {
        this.applyMeta()
      },
      scrollTop(value) {
        if (value !== null && value !== '') this.pageOf()?.scroller.scrollTo({ top: Number.parseFloat(value), behavior: this.data.scrollDuration ? 'smooth' : 'auto' })
      },
    },
    ready() {
      const page = this.pageOf()
      if (page) page.onScroll = (detail) => fire(this, 'scroll', detail)
      this.applyMeta()
    },
    methods: {
      pageOf() {
        return host.stack.find((one) => one.box.contains(this.$$))
      },
      applyMeta() {
        queueMicrotask(() => {
          const page = this.pageOf()
          if (!page) return
          const { pageStyle, rootFontSize, pageFontSize, backgroundColor } = this.data
          page.component.$$.setAttribute('style', pageStyle)
          // The page's own overflow decides whether it scrolls: "overflow: hidden" is how a sheet locks it.
          page.scroller.style.overflowY = /overflow(-y)?\s*:\s*hidden/.test(pageStyle) ? 'hidden' : page.config.disableScroll ? 'hidden' : ''
          if (rootFontSize && rootFontSize !== 'system') document.documentElement.style.fontSize = convertLength(rootFontSize, '')
          if (pageFontSize && pageFontSize !== 'system') page.component.$$.style.fontSize = convertLength(pageFontSize, '')
          if (backgroundColor) page.scroller.style.backgroundColor = backgroundColor
        })
      },
    },
  },
  'navigation-bar': {
    props: { title: text(), loading: flag(), frontColor: text(), backgroundColor: text(), colorAnimationDuration: number(0), colorAnimationTimingFunc: text('linear') },
    observers: {
      'title, frontColor, backgroundColor, loading'(title, front, background, loading) {
        queueMicrotask(() => {
          const page = host.stack.find((one) => one.box.contains(this.$$))
          if (!page) return
          if (title) page.overrides.navigationBarTitleText = title
          if (front) page.overrides.navigationBarTextStyle = front === '#ffffff' ? 'white' : 'black'
          if (background) page.overrides.navigationBarBackgroundColor = background
          page.nav.loading = loading
          page.applyConfig()
        })
      },
    },
  },
  'match-media': {
    props: { minWidth: number(), maxWidth: number(), width: number(), minHeight: number(), maxHeight: number(), height: number(), orientation: text() },
    ready() {
      const { data } = this
      const conditions = ['minWidth', 'maxWidth', 'width', 'minHeight', 'maxHeight', 'height'].filter((name) => data[name])
        .map((name) => `(${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${data[name]}px)`)
      if (data.orientation) conditions.push(`(orientation: ${data.orientation})`)
      this.media = window.matchMedia(conditions.join(' and ') || 'all')
      this.apply = () => {
        this.$$.hidden = !this.media.matches
      }
      this.media.addEventListener('change', this.apply)
      this.apply()
    },
    detached() {
      this.media?.removeEventListener('change', this.apply)
    },
  },
}

/** A tag that needs the phone itself is an empty box with its name. */
export const phoneBox = (tag) => ({
  init() {
    this.$$.classList.add('jp-phone-only')
    this.$$.dataset.tag = tag
    log('warning', `<${tag}> is drawn as an empty box in the preview`)
  },
})


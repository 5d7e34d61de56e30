/** input and textarea. */
import { fire, flag, number, part, text, any } from './define.js'

const KEYBOARDS = { number: 'numeric', digit: 'decimal', tel: 'tel', idcard: 'text', nickname: 'text', 'safe-password': 'text', text: 'text' }

const props = {
  value: any(''), type: text('text'), password: flag(), placeholder: text(), placeholderStyle: text(),
  disabled: flag(), maxlength: number(140), focus: flag(), autoFocus: flag(), confirmType: text('done'), confirmHold: flag(), cursorSpacing: number(0),
  cursor: number(-1), selectionStart: number(-1), selectionEnd: number(-1), adjustPosition: flag(true), holdKeyboard: flag(), alwaysEmbed: flag(), name: text(),
  cursorColor: text(), autoFill: text(),
}

const observers = {
  value(value) {
    const field = part(this, '.jp-field')
    const shown = value === null || value === undefined ? '' : String(value)
    if (field.value !== shown) field.value = shown
    this.toggleEmpty()
  },
  placeholder(value) {
    // Kept on the field for screen readers; the visible one is the element that placeholder-style and -class dress.
    part(this, '.jp-field').placeholder = value
  },
  disabled(value) {
    part(this, '.jp-field').disabled = value
  },
  'type, password'(type, password) {
    const field = part(this, '.jp-field')
    if (field.localName === 'input') field.type = password || type === 'safe-password' ? 'password' : type === 'tel' ? 'tel' : 'text'
    field.inputMode = KEYBOARDS[type] || 'text'
    if (type === 'nickname') field.autocomplete = 'nickname'
  },
  maxlength(value) {
    const field = part(this, '.jp-field')
    if (value >= 0) field.maxLength = value
    else field.removeAttribute('maxlength')
  },
  'focus, autoFocus'(focus, autoFocus) {
    const field = part(this, '.jp-field')
    if (focus || autoFocus) requestAnimationFrame(() => field.focus({ preventScroll: false }))
    else if (document.activeElement === field) field.blur()
  },
  confirmType(value) {
    part(this, '.jp-field').enterKeyHint = value === 'return' ? 'enter' : value
  },
}

const methods = {
  toggleEmpty() {
    const field = part(this, '.jp-field')
    this.$$.toggleAttribute('empty', field.value === '')
  },
  resetField() {
    this.setData({ value: this.initialValue ?? '' })
    part(this, '.jp-field').value = this.initialValue ?? ''
    this.toggleEmpty()
  },
}

function init() {
  const field = part(this, '.jp-field')
  field.maxLength = 140
  field.autocomplete = 'off'
  this.toggleEmpty()
  let composing = false
  const changed = () => {
    this.toggleEmpty()
    if (composing) return
    this.setData({ value: field.value })
    fire(this, 'input', { value: field.value, cursor: field.selectionStart ?? field.value.length, keyCode: 0 })
    this.grow?.()
  }
  field.addEventListener('compositionstart', () => {
    composing = true
  })
  field.addEventListener('compositionend', () => {
    composing = false
    changed()
  })
  field.addEventListener('input', changed)
  field.addEventListener('focus', () => {
    fire(this, 'focus', { value: field.value, height: 0 })
    const { cursor, selectionStart, selectionEnd } = this.data
    if (selectionStart >= 0 && selectionEnd >= selectionStart) field.setSelectionRange(selectionStart, selectionEnd)
    else if (cursor >= 0) field.setSelectionRange(cursor, cursor)
  })
  field.addEventListener('blur', () => {
    fire(this, 'blur', { value: field.value, cursor: field.selectionStart ?? 0 })
    // WeChat has no such event, but model:value of older pages listens to it.
    fire(this, 'change', { value: field.value })
  })
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || (field.localName === 'textarea' && !event.metaKey && !event.ctrlKey)) return
    fire(this, 'confirm', { value: field.value })
    if (!this.data.confirmHold) field.blur()
  })
}

function ready() {
  this.initialValue = this.data.value
  this.grow?.()
}

export const fields = {
  input: { props, observers, methods, init, ready, externalClasses: ['placeholder-class'], form() { return part(this, '.jp-field').value } },
  textarea: {
    props: { ...props, autoHeight: flag(), fixed: flag(), showConfirmBar: flag(true), disableDefaultPadding: flag(), adjustKeyboardTo: text('cursor') },
    reflect: ['autoHeight'],
    observers: { ...observers, autoHeight() { this.grow() } },
    methods: {
      ...methods,
      grow() {
        if (!this.data.autoHeight) return
        const field = part(this, '.jp-field')
        field.style.height = '0'
        const height = field.scrollHeight
        field.style.height = `${height}px`
        const lineHeight = Number.parseFloat(getComputedStyle(field).lineHeight) || 20
        const lineCount = Math.max(1, Math.round(height / lineHeight))
        if (lineCount !== this.lineCount) fire(this, 'linechange', { height, heightRpx: (height * 750) / window.innerWidth, lineCount })
        this.lineCount = lineCount
      },
    },
    init,
    ready,
    externalClasses: ['placeholder-class'],
    form() { return part(this, '.jp-field').value },
  },
}

/** switch, radio, checkbox and their groups, slider, progress. */
import { around, fire, flag, inside, number, part, text, any } from './define.js'
import { convertLength } from './units.js'

function check(value) {
  this.$$.toggleAttribute('on', Boolean(value))
  this.$$.setAttribute('aria-checked', String(Boolean(value)))
}

const tint = (component) => component.$$.style.setProperty('--jp-tint', component.data.color || '')
const toggleOnTap = (component) => component.addListener('tap', () => component.toggle())
const remember = (component) => {
  component.initialChecked = component.data.checked
  check.call(component, component.data.checked)
  tint(component)
}

const choice = { value: any(''), checked: flag(), disabled: flag(), color: text(), name: text() }

export const choices = {
  switch: {
    props: { checked: flag(), disabled: flag(), color: text('#04BE02'), type: text('switch'), name: text() },
    reflect: ['disabled', 'type'],
    focusable: true,
    role: 'switch',
    observers: { checked: check, color() { tint(this) } },
    init() { toggleOnTap(this) },
    ready() { remember(this) },
    methods: {
      toggle() {
        if (this.data.disabled) return
        this.setData({ checked: !this.data.checked })
        fire(this, 'change', { value: this.data.checked })
      },
      resetField() { this.setData({ checked: this.initialChecked }) },
    },
    form() { return this.data.checked },
  },
  radio: {
    props: choice,
    reflect: ['disabled'],
    focusable: true,
    role: 'radio',
    observers: { checked: check, color() { tint(this) } },
    init() { toggleOnTap(this) },
    ready() { remember(this) },
    methods: {
      toggle() {
        if (this.data.checked || this.data.disabled) return
        const group = around(this, 'radio-group')
        for (const other of group ? inside(group, 'wx-radio') : []) if (other !== this) other.setData({ checked: false })
        this.setData({ checked: true })
        if (group) fire(group, 'change', { value: this.data.value })
      },
    },
  },
  checkbox: {
    props: choice,
    reflect: ['disabled'],
    focusable: true,
    role: 'checkbox',
    observers: { checked: check, color() { tint(this) } },
    init() { toggleOnTap(this) },
    ready() { remember(this) },
    methods: {
      toggle() {
        if (this.data.disabled) return
        this.setData({ checked: !this.data.checked })
        const group = around(this, 'checkbox-group')
        if (group) fire(group, 'change', { value: group.formValue() })
      },
    },
  },
  'radio-group': {
    props: { name: text() },
    init() { this.$$.setAttribute('role', 'radiogroup') },
    methods: { resetField() { for (const one of inside(this, 'wx-radio')) one.setData({ checked: one.initialChecked }) } },
    form() { return inside(this, 'wx-radio').find((radio) => radio.data.checked)?.data.value ?? '' },
  },
  'checkbox-group': {
    props: { name: text() },
    init() { this.$$.setAttribute('role', 'group') },
    methods: { resetField() { for (const one of inside(this, 'wx-checkbox')) one.setData({ checked: one.initialChecked }) } },
    form() { return inside(this, 'wx-checkbox').filter((box) => box.data.checked).map((box) => box.data.value) },
  },
  slider: {
    props: {
      min: number(0), max: number(100), step: number(1), value: number(0), disabled: flag(), showValue: flag(), name: text(), activeColor: text('#1aad19'),
      backgroundColor: text('#e9e9e9'), color: text(), selectedColor: text(), blockSize: number(28), blockColor: text('#ffffff'),
    },
    observers: {
      'min, max, step, value, disabled, activeColor'(min, max, step, value, disabled, color) {
        Object.assign(part(this, 'input'), { min, max, step, value, disabled })
        part(this, 'input').style.accentColor = color
      },
    },
    init() {
      const input = part(this, 'input')
      input.addEventListener('input', () => {
        this.setData({ value: Number(input.value) })
        fire(this, 'changing', { value: Number(input.value) })
      })
      input.addEventListener('change', () => fire(this, 'change', { value: Number(input.value) }))
    },
    ready() { this.initialValue = this.data.value },
    methods: { resetField() { this.setData({ value: this.initialValue }) } },
    form() { return this.data.value },
  },
  progress: {
    props: {
      percent: number(0), showInfo: flag(), borderRadius: any(0), fontSize: any(16), strokeWidth: any(6), color: text('#09bb07'), activeColor: text(),
      backgroundColor: text('#ebebeb'), active: flag(), activeMode: text('backwards'), duration: number(30),
    },
    observers: {
      'percent, strokeWidth, color, activeColor, backgroundColor, borderRadius, active'(percent, width, color, activeColor, background, radius, active) {
        const bar = part(this, '.jp-bar')
        const fill = part(this, '.jp-fill')
        const share = Math.min(100, Math.max(0, Number(percent) || 0))
        Object.assign(bar.style, { height: convertLength(width, '6px'), backgroundColor: background, borderRadius: convertLength(radius) })
        Object.assign(fill.style, { width: `${share}%`, backgroundColor: activeColor || color, borderRadius: convertLength(radius), transition: active ? `width ${share * this.data.duration}ms linear` : '' })
        this.$$.setAttribute('role', 'progressbar')
        this.$$.setAttribute('aria-valuenow', String(share))
      },
    },
  },
}

/** picker, picker-view and picker-view-column. */
import { any, around, array, fire, flag, inside, part, text } from './define.js'
import { openPicker } from '../ui/picker.js'
import { onSettle, scrollToRow, ROW } from '../ui/wheel.js'

export const pickers = {
  picker: {
    props: {
      mode: text('selector'), disabled: flag(), range: array(), rangeKey: text(), value: any(), start: text(), end: text(), fields: text('day'),
      customItem: text(), level: text('sub-district'), headerText: text(), name: text(),
    },
    focusable: true,
    role: 'button',
    init() {
      this.addListener('tap', () => {
        if (this.data.disabled) return
        openPicker({ ...this.data }, {
          confirm: (detail) => {
            this.setData({ value: detail.value })
            fire(this, 'change', detail)
          },
          cancel: () => fire(this, 'cancel', {}),
          column: (detail) => fire(this, 'columnchange', detail),
          // A page may change the range while the sheet is open (multiSelector).
          latest: () => this.data,
        })
      })
    },
    ready() { this.initialValue = this.data.value },
    methods: { resetField() { this.setData({ value: this.initialValue }) } },
    form() { return this.data.value },
  },
  'picker-view': {
    props: { value: array(), indicatorStyle: text(), indicatorClass: text(), maskStyle: text(), maskClass: text(), immediateChange: flag(), name: text() },
    observers: {
      value() { this.sync() },
      indicatorStyle(value) {
        part(this, '.jp-indicator').style.cssText = value.replace(/(-?\d*\.?\d+)rpx\b/g, 'calc(var(--rpx)*$1)')
        queueMicrotask(() => this.sync())
      },
    },
    ready() { this.sync() },
    methods: {
      columns() { return inside(this, 'wx-picker-view-column').filter((column) => around(column, 'picker-view') === this) },
      rowHeight() { return part(this, '.jp-indicator').offsetHeight || ROW },
      sync() {
        requestAnimationFrame(() => {
          this.$$.style.setProperty('--jp-row', `${this.rowHeight()}px`)
          this.columns().forEach((column, index) => column.showRow(this.data.value[index] || 0))
        })
      },
      changed() {
        const value = this.columns().map((column) => column.row)
        if (JSON.stringify(value) === JSON.stringify(this.data.value)) return
        this.setData({ value })
        fire(this, 'change', { value })
      },
    },
    form() { return this.data.value },
  },
  'picker-view-column': {
    init() {
      this.row = 0
      const wheel = part(this, '.jp-wheel')
      const view = () => around(this, 'picker-view')
      wheel.addEventListener('touchstart', () => view() && fire(view(), 'pickstart', {}), { passive: true })
      onSettle(wheel, () => {
        const owner = view()
        if (!owner) return
        this.row = Math.round(wheel.scrollTop / owner.rowHeight())
        fire(owner, 'pickend', {})
        owner.changed()
      })
    },
    methods: {
      showRow(row) {
        this.row = row
        const wheel = part(this, '.jp-wheel')
        scrollToRow(wheel, row, around(this, 'picker-view')?.rowHeight() || ROW)
      },
    },
  },
}


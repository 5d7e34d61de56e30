/** A column of rows that snaps, as in WeChat's pickers. */
import { h } from './dom.js'

export const ROW = 48

/** Calls back when a scroll has come to rest. */
export function onSettle(element, callback) {
  let timer = null
  element.addEventListener('scroll', () => {
    clearTimeout(timer)
    timer = setTimeout(callback, 120)
  }, { passive: true })
}

export function scrollToRow(wheel, row, height) {
  if (Math.round(wheel.scrollTop / height) !== row) wheel.scrollTop = row * height
}

/** A wheel of its own. @returns {element, row, fill(rows, row)} */
export function makeWheel({ label, onChange }) {
  const content = h('div.jp-wheel-content')
  const element = h('div.jp-wheel', { role: 'listbox', 'aria-label': label, tabindex: '0' }, content)
  const wheel = {
    element,
    row: 0,
    rows: [],
    fill(rows, row) {
      wheel.rows = rows
      content.replaceChildren(...rows.map((text, index) => h('div.jp-wheel-row', { role: 'option', onclick: () => wheel.select(index, true) }, String(text))))
      wheel.select(Math.min(Math.max(0, row), Math.max(0, rows.length - 1)), false)
    },
    select(row, told) {
      const changed = row !== wheel.row
      wheel.row = row
      Array.from(content.children).forEach((one, index) => one.setAttribute('aria-selected', String(index === row)))
      scrollToRow(element, row, ROW)
      // The sheet may not be laid out yet.
      requestAnimationFrame(() => scrollToRow(element, wheel.row, ROW))
      if (told && changed) onChange?.(row)
    },
  }
  onSettle(element, () => {
    const row = Math.min(wheel.rows.length - 1, Math.round(element.scrollTop / ROW))
    if (row >= 0 && row !== wheel.row) wheel.select(row, true)
  })
  element.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!step) return
    event.preventDefault()
    const row = wheel.row + step
    if (row >= 0 && row < wheel.rows.length) wheel.select(row, true)
  })
  return wheel
}

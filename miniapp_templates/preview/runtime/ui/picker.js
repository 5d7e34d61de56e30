/** The picker's sheet in its modes: selector, multiSelector, time, date, region. */
import { h } from './dom.js'
import { openLayer } from './overlay.js'
import { makeWheel } from './wheel.js'
import { say } from '../settings.js'
import { loadRegions, regionColumns } from './regions.js'
import { log } from '../log.js'

const two = (value) => String(value).padStart(2, '0')
const range = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

/**
 * Opens the sheet. @param options the picker's properties; @param on {confirm(detail), cancel(), column({column, value}), latest()}
 */
export async function openPicker(options, on) {
  const mode = options.mode || 'selector'
  const make = { selector, multiSelector, time, date, region }[mode]
  if (!make) {
    log('warning', 'picker', `mode ${mode} does not exist`)
    on.cancel()
    return
  }
  if (mode === 'region') await loadRegions()
  const picker = make(options, on)
  let close = null
  const finish = (confirmed) => {
    clearInterval(picker.timer)
    close()
    if (confirmed) on.confirm(picker.detail())
    else on.cancel()
  }
  const box = h('div.jp-sheet.jp-picker', { 'data-mode': mode },
    h('header.jp-picker-head', {},
      h('button.jp-picker-cancel', { type: 'button', onclick: () => finish(false) }, say('取消', 'Cancel')),
      h('h2', {}, options.headerText || ''),
      h('button.jp-picker-confirm', { type: 'button', onclick: () => finish(true) }, say('确定', 'Done'))),
    h('div.jp-wheels', {}, ...picker.wheels.map((wheel) => wheel.element), h('div.jp-wheel-mark')))
  close = openLayer(box, {
    kind: 'sheet', label: options.headerText || say('选择', 'Choose'), onDismiss: () => {
      clearInterval(picker.timer)
      on.cancel()
    },
  })
  picker.open()
}

const label = (item, key) => (key && item && typeof item === 'object' ? item[key] : item)

function selector(options) {
  const wheel = makeWheel({ label: options.headerText || say('选项', 'Options') })
  return {
    wheels: [wheel],
    open: () => wheel.fill((options.range || []).map((item) => label(item, options.rangeKey)), Number(options.value) || 0),
    detail: () => ({ value: String(wheel.row) }),
  }
}

function multiSelector(options, on) {
  let shown = options.range
  const wheels = (options.range || []).map((_, column) => makeWheel({
    label: `${say('第', 'Column ')}${column + 1}${say('列', '')}`, onChange: (value) => on.column({ column, value }),
  }))
  const fill = (column, row) => wheels[column].fill((shown[column] || []).map((item) => label(item, options.rangeKey)), row)
  const picker = {
    wheels,
    open() {
      wheels.forEach((_, column) => fill(column, Number(options.value?.[column]) || 0))
      // The page answers a column's change by another range.
      picker.timer = setInterval(() => {
        const latest = on.latest()
        if (JSON.stringify(latest.range) === JSON.stringify(shown)) return
        shown = latest.range
        wheels.forEach((wheel, column) => fill(column, Number(latest.value?.[column] ?? wheel.row) || 0))
      }, 60)
    },
    detail: () => ({ value: wheels.map((wheel) => wheel.row) }),
  }
  return picker
}

function time(options) {
  const [startHour, startMinute] = (options.start || '00:00').split(':').map(Number)
  const [endHour, endMinute] = (options.end || '23:59').split(':').map(Number)
  const hours = range(startHour, endHour)
  let minutes = []
  const fillMinutes = (kept) => {
    const hour = hours[hour_.row]
    minutes = range(hour === startHour ? startMinute : 0, hour === endHour ? endMinute : 59)
    minute_.fill(minutes.map(two), Math.max(0, minutes.indexOf(kept)))
  }
  const hour_ = makeWheel({ label: say('时', 'Hour'), onChange: () => fillMinutes(minutes[minute_.row]) })
  const minute_ = makeWheel({ label: say('分', 'Minute') })
  return {
    wheels: [hour_, minute_],
    open() {
      const [hour, minute] = String(options.value || '00:00').split(':').map(Number)
      hour_.fill(hours.map(two), Math.max(0, hours.indexOf(hour)))
      fillMinutes(minute)
    },
    detail: () => ({ value: `${two(hours[hour_.row])}:${two(minutes[minute_.row])}` }),
  }
}

function date(options) {
  const now = new Date()
  const parse = (value, fallback) => {
    const [year, month = 1, day = 1] = String(value || '').split('-').map(Number)
    return year ? [year, month, day] : fallback
  }
  const start = parse(options.start, [1900, 1, 1])
  const end = parse(options.end, [2099, 12, 31])
  const count = { year: 1, month: 2, day: 3 }[options.fields] || 3
  const lists = [[], [], []]
  const value = parse(options.value, [now.getFullYear(), now.getMonth() + 1, now.getDate()])
  const labels = [say('年', 'Year'), say('月', 'Month'), say('日', 'Day')]
  const refill = (from, kept) => {
    for (let column = from; column < count; column++) {
      const chosen = wheels.slice(0, column).map((wheel, index) => lists[index][wheel.row])
      const at = (edge) => chosen.every((one, index) => one === edge[index])
      const last = column === 1 ? 12 : column === 2 ? new Date(chosen[0], chosen[1], 0).getDate() : end[0]
      lists[column] = range(at(start) ? start[column] : column ? 1 : start[0], at(end) ? Math.min(last, end[column]) : last)
      const wanted = lists[column].indexOf(kept[column])
      wheels[column].fill(lists[column].map((one) => (column ? two(one) : one)), wanted < 0 ? (kept[column] > lists[column][0] ? lists[column].length - 1 : 0) : wanted)
    }
  }
  const current = () => wheels.map((wheel, index) => lists[index][wheel.row])
  const wheels = labels.slice(0, count).map((name, column) => makeWheel({ label: name, onChange: () => refill(column + 1, current()) }))
  return {
    wheels,
    open: () => refill(0, value),
    detail: () => ({ value: current().map((one, index) => (index ? two(one) : one)).join('-') }),
  }
}

function region(options) {
  const count = { province: 1, city: 2 }[options.level] || 3
  let columns = []
  const fill = (from, names) => {
    columns = regionColumns(names, options.customItem)
    for (let column = from; column < count; column++) {
      const row = columns[column].findIndex((one) => one.name === names[column])
      wheels[column].fill(columns[column].map((one) => one.name), row)
    }
  }
  const names = () => wheels.map((wheel, column) => columns[column][wheel.row]?.name || '')
  const wheels = range(0, count - 1).map((column) => makeWheel({
    label: [say('省', 'Province'), say('市', 'City'), say('区', 'District')][column],
    onChange: () => fill(column + 1, names().slice(0, column + 1)),
  }))
  return {
    wheels,
    open: () => fill(0, Array.isArray(options.value) ? options.value : []),
    detail: () => ({ value: names(), code: wheels.map((wheel, column) => columns[column][wheel.row]?.code || ''), postcode: '' }),
  }
}

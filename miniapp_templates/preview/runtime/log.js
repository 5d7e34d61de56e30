/**
 * What the program did: every wx call, request, warning and error, in order. Tests read it (`JishiPreview.log`), the stage draws it.
 * An entry: {id, at, kind: 'wx' | 'request' | 'console' | 'missing' | 'warning' | 'error', name, detail, outcome?, ms?}.
 */
const LIMIT = 1000
export const entries = []
let count = 0

const LONGEST_TEXT = 500
const LONGEST_LIST = 30
const DEEPEST = 8

/** A copy that cannot change later and fits on a screen: long texts and lists are cut. */
function plain(value, depth = 0) {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object') return null
  if (depth > DEEPEST) return '…'
  if (Array.isArray(value)) {
    const shown = value.slice(0, LONGEST_LIST).map((one) => plain(one, depth + 1))
    return value.length > LONGEST_LIST ? [...shown, `… ${value.length - LONGEST_LIST} more`] : shown
  }
  if (value instanceof Error) return String(value)
  const copy = {}
  for (const [key, one] of Object.entries(value)) if (one !== undefined && typeof one !== 'function') copy[key] = plain(one, depth + 1)
  return copy
}

function publish(entry) {
  if (window.parent !== window) window.parent.postMessage({ type: 'jishi:log', entry }, location.origin)
}

/** Adds an entry; the answer's `end(outcome)` adds what came of it and how long it took. */
export function log(kind, name, detail) {
  const started = performance.now()
  const entry = { id: ++count, at: Date.now(), kind, name, detail: plain(detail) }
  entries.push(entry)
  if (entries.length > LIMIT) entries.shift()
  publish(entry)
  if (kind === 'error' || kind === 'missing') console.error(`[preview] ${name}`, detail ?? '')
  else if (kind === 'warning') console.warn(`[preview] ${name}`, detail ?? '')
  return {
    entry,
    end(outcome) {
      entry.outcome = plain(outcome)
      entry.ms = Math.round(performance.now() - started)
      publish(entry)
    },
  }
}

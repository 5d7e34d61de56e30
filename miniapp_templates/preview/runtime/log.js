/**
 * What the program did: every wx call, request, warning and error, in order. Tests read it (`JishiPreview.log`), the stage draws it.
 * An entry: {id, at, kind: 'wx' | 'request' | 'console' | 'missing' | 'warning' | 'error', name, detail, outcome?, ms?}.
 */
const LIMIT = 1000
export const entries = []
let count = 0

const LONGEST = 4000

/** A copy that cannot change later; what is too long is cut, but an object keeps its fields. */
const plain = (value) => {
  try {
    const text = JSON.stringify(value, (_, one) => (typeof one === 'function' ? undefined : one))
    if (text === undefined) return null
    if (text.length <= LONGEST) return JSON.parse(text)
    if (typeof value !== 'object' || Array.isArray(value)) return `${text.slice(0, LONGEST)}…`
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]).map(([key, one]) => [
      key, JSON.stringify(one)?.length > LONGEST ? `${JSON.stringify(one).slice(0, LONGEST)}…` : one,
    ]))
  } catch {
    return String(value)
  }
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

/** The event channel between a page and the one that opened it. */
export class EventChannel {
  #listeners = {}

  constructor(events = {}) {
    for (const [name, listener] of Object.entries(events || {})) this.on(name, listener)
  }

  on(name, listener) {
    const listeners = (this.#listeners[name] ||= [])
    listeners.push({ listener, once: false })
  }

  once(name, listener) {
    const listeners = (this.#listeners[name] ||= [])
    listeners.push({ listener, once: true })
  }

  off(name, listener) {
    this.#listeners[name] = listener ? (this.#listeners[name] || []).filter((one) => one.listener !== listener) : []
  }

  emit(name, ...args) {
    const listeners = this.#listeners[name] || []
    this.#listeners[name] = listeners.filter((one) => !one.once)
    for (const { listener } of listeners) listener(...args)
  }
}

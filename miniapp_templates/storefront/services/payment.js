/** Paying an order: the ways to choose from, the cashier, and what the server knows of it. */
const { get, post, newKey } = require('./request')
const { PAYMENT } = require('./states')

/** Where the shopper is: "miniapp" inside WeChat, "web" where the same program runs in a browser. */
function channel() {
  // WeChat's types do not know the name of its host, which is "WeChat" there.
  /** @type {any} */
  const { host } = wx.getAppBaseInfo()
  return host && host.env === 'browser' ? 'web' : 'miniapp'
}

/**
 * The ways to pay this order here.
 * @returns {Promise<{provider: string, label: string, kind: 'online' | 'offline', description: string}[]>}
 */
async function methods(orderId) {
  const { results } = await get(`orders/${orderId}/payment-methods`, { query: { channel: channel() } })
  return results
}

/**
 * Pays in that way: opens the cashier, or, where no provider carries it out, tells the server that this is how it will be paid.
 * @param {string} orderId
 * @param {{provider: string, kind: string}} [method] without one the store's first
 * @returns {Promise<'paid' | 'left' | 'agreed'>} what the cashier said; only the server knows whether money came (see `state`)
 */
async function pay(orderId, method) {
  const where = channel()
  const data = { channel: where }
  if (method) data.provider = method.provider
  const { provider, params } = await post(`orders/${orderId}/pay`, { data, key: newKey() })
  if (method && method.kind === 'offline') return 'agreed'
  return new Promise((resolve) => {
    const isPaid = () => state(orderId).then((answer) => answer.state === PAYMENT.SUCCEEDED)
    // WeChat's cashier knows one provider. A browser's has to know which, and how to ask whether it is paid.
    const more = where === 'web' ? { provider, isPaid } : {}
    wx.requestPayment(Object.assign({}, params, more, { success: () => resolve('paid'), fail: () => resolve('left') }))
  })
}

/** @returns {Promise<any>} {state: none | opened | succeeded | closed | failed, order_state, provider, label, instructions} */
function state(orderId) {
  return get(`orders/${orderId}/payment`)
}

module.exports = { methods, pay, state }

/** What the buttons of an order do. Which buttons there are is the server's decision: `order.actions`. */
const i18n = require('../services/i18n')
const cart = require('../services/cart')
const orders = require('../services/orders')
const payment = require('../services/payment')
const { once, ask, say } = require('../services/acting')

/** The order in which buttons stand, the most wanted one last (at the right, under the thumb). */
const ORDER = ['cancel', 'reorder', 'receive', 'pay']

/** Each order with its buttons, as pages draw them. */
function withButtons(order) {
  const t = i18n.texts('actions')
  const known = ORDER.filter((action) => order.actions.indexOf(action) >= 0)
  return Object.assign({}, order, {
    buttons: known.map((action, index) => ({ action, text: t[action], main: index === known.length - 1 && action !== 'cancel' && action !== 'reorder' })),
  })
}

/** Runs an action of an order; `done` is called when the order has changed. */
function run(page, action, orderId, done) {
  if (action === 'pay') return once(page, `pay-${orderId}`, () => pay(page, orderId, false, done))
  if (action === 'cancel') return confirmed(page, action, orderId, () => orders.cancel(orderId).then(done))
  if (action === 'receive') return confirmed(page, action, orderId, () => orders.receive(orderId).then(done))
  if (action === 'reorder') return once(page, `reorder-${orderId}`, () => reorder(orderId))
  return Promise.resolve()
}

async function confirmed(page, action, orderId, act) {
  const t = i18n.texts('actions')
  if (!(await ask({ title: t[`${action}Title`], content: t[`${action}Text`], confirm: t[`${action}Yes`], keep: t[`${action}No`] }))) return
  await once(page, `${action}-${orderId}`, act)
}

async function reorder(orderId) {
  cart.note(await orders.reorder(orderId))
  say(i18n.texts('actions').reordered)
  wx.switchTab({ url: '/pages/cart/cart' })
}

/** Several ways to pay: the page's `pay-choice` asks which. One, or none that is known of: nothing is asked. Null when nothing was chosen. */
async function choose(page, orderId) {
  const methods = await payment.methods(orderId)
  return methods.length > 1 ? page.selectComponent('#pay-choice').choose(methods) : methods[0]
}

/**
 * Lets the shopper choose how to pay and opens the cashier. Whoever paid goes to the result page; whoever left it finds the order
 * waiting; what is paid otherwise is explained on the order's page.
 * @param {any} page has a `pay-choice`
 * @param {string} orderId
 * @param {boolean} replace takes the place of the page in front (checkout), so that "back" does not order twice
 * @param {() => any} [done]
 */
async function pay(page, orderId, replace, done) {
  const go = replace ? wx.redirectTo : wx.navigateTo
  let outcome = 'left'
  try {
    const method = await choose(page, orderId)
    if (method !== null) outcome = await payment.pay(orderId, method)
  } catch (error) {
    // The order stands: it can be paid from its page until it expires.
    say(error.message)
    if (replace) go({ url: `/orders/order?id=${orderId}` })
    else if (done) done()
    return
  }
  if (outcome === 'paid') go({ url: `/orders/paid?id=${orderId}` })
  else {
    if (replace) go({ url: `/orders/order?id=${orderId}` })
    else if (done) done()
    say(i18n.texts('actions')[outcome === 'agreed' ? 'agreed' : 'notPaid'])
  }
}

module.exports = { withButtons, run, pay }

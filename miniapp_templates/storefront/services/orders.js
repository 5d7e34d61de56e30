/** Quotes, orders and parcels. What may be done with an order is decided by the server: `order.actions`. */
const { get, post } = require('./request')

/** Prices and problems of what would be ordered. Without `lines`: what is selected in the cart. */
function quote(addressId, lines) {
  return post('quote', { data: wanted(addressId, lines) })
}

/**
 * @param {{addressId: string, lines?: {variant_id: string, quantity: number}[], expectedTotal: number, note: string}} order
 * @param {string} key Idempotency-Key: the same one for every try of the same order
 */
function place(order, key) {
  const data = wanted(order.addressId, order.lines)
  data.expected_total = order.expectedTotal
  if (order.note) data.note = order.note
  return post('orders', { data, key })
}

function wanted(addressId, lines) {
  /** @type {Record<string, any>} */
  const data = {}
  if (addressId) data.address_id = addressId
  if (lines) data.lines = lines
  return data
}

/** One page of order summaries, newest first. */
function orders(state, cursor) {
  return get('orders', { query: { state, cursor } })
}

/** @returns {Promise<any>} {pending, paid, shipped} */
function counts() {
  return get('orders/counts')
}

function order(id) {
  return get(`orders/${id}`)
}

function parcel(orderId, parcelId) {
  return get(`orders/${orderId}/parcels/${parcelId}`)
}

/** Asks for the order to be cancelled; the payment provider is asked first, so it may take a moment. */
function cancel(id) {
  return post(`orders/${id}/cancel`)
}

function receive(id) {
  return post(`orders/${id}/receive`)
}

/** Puts the goods of an order into the cart once more. */
function reorder(id) {
  return post(`orders/${id}/reorder`)
}

module.exports = { quote, place, orders, counts, order, parcel, cancel, receive, reorder }

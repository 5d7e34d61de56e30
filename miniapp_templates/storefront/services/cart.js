/** The cart, which lives on the server; here is only the number on its tab. */
const { get, post, patch, remove } = require('./request')

const TAB = 2
let count = -1

/** Notes how many pieces the cart holds; the tab shows it as soon as a tab page is in front. */
function note(cart) {
  count = cart.count
  drawBadge()
  return cart
}

/** Writes the number on the cart's tab. WeChat refuses that on pages without a tab bar, which is no harm. */
function drawBadge() {
  if (count > 0) wx.setTabBarBadge({ index: TAB, text: count > 99 ? '99+' : String(count), fail: () => {} })
  else if (count === 0) wx.removeTabBarBadge({ index: TAB, fail: () => {} })
}

function cart() {
  return get('cart').then(note)
}

function add(variantId, quantity) {
  return post('cart/lines', { data: { variant_id: variantId, quantity } }).then(note)
}

/** @param {string} lineId @param {{quantity?: number, selected?: boolean}} change */
function change(lineId, change) {
  return patch(`cart/lines/${lineId}`, { data: change }).then(note)
}

function selectAll(selected) {
  return patch('cart', { data: { selected } }).then(note)
}

/** Takes a line out; resolves with the cart that is left. */
function drop(lineId) {
  return remove(`cart/lines/${lineId}`).then(cart)
}

module.exports = { cart, add, change, selectAll, drop, note, drawBadge }

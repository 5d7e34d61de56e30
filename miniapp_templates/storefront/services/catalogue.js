/** Categories and products. All of it can be read without a login. */
const { get } = require('./request')
const { kept } = require('./store')
const storage = require('./storage')

const HISTORY = 10

/** @returns {Promise<any>} {results: [{id, name, picture, children}]} */
function categories() {
  return kept('categories', 'categories')
}

/**
 * One page of product cards.
 * @param {{category?: string, q?: string, sort?: string, min_price?: number | string, max_price?: number | string, cursor?: string,
 *   page_size?: number}} query prices in minor units
 */
function products(query) {
  return get('products', { open: true, query })
}

function product(id) {
  return get(`products/${id}`, { open: true })
}

/** What the shopper searched for on this phone, newest first. */
function searches() {
  return storage.read('searches', [])
}

function rememberSearch(words) {
  const others = searches().filter((one) => one !== words)
  storage.write('searches', [words].concat(others).slice(0, HISTORY))
}

function forgetSearches() {
  storage.remove('searches')
}

module.exports = { categories, products, product, searches, rememberSearch, forgetSearches }

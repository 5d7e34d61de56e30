/** The store itself: its name, brand, languages and freight; and the sections of the first page. */
const { get } = require('./request')
const i18n = require('./i18n')
const storage = require('./storage')

/** @returns {Promise<any>} {slug, name, currency, languages, brand{color, logo, slogan}, freight{amount, free_from}} */
function store() {
  return kept('store', 'store')
}

/** @returns {Promise<any>} {sections: [...]}; see the API's documentation for the kinds */
function home() {
  return kept('home', 'home')
}

/** Asks the server and keeps the answer, so that something can be read without a network. */
async function kept(path, key) {
  const answer = await get(path, { open: true })
  storage.write(`kept:${key}:${i18n.language()}`, { at: Date.now(), answer })
  return answer
}

/** The last answer that was kept, as {at, answer}, or null. */
function lastKept(key) {
  return storage.read(`kept:${key}:${i18n.language()}`, null)
}

module.exports = { store, home, kept, lastKept }

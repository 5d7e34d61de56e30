/**
 * What this copy of the shop belongs to. The generator writes this file from the store's settings.
 *
 * apiBase: origin of the shop's server, "" when the program is served by it (the browser preview).
 * store: the store's short name in the API's addresses.
 * name: shown as the title of the first page.
 * languages: the languages that shoppers can choose from, the default one first.
 */
module.exports = {
  apiBase: 'http://127.0.0.1:8000',
  store: 'jishi-tea',
  name: { 'zh-Hans': '集市茶铺', en: 'Jishi Tea' },
  languages: ['zh-Hans', 'en'],
  timeout: 10000,
}

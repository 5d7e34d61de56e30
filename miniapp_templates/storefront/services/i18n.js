/**
 * The shopper's language and the texts of the pages in it.
 *
 * A page calls `bind(this, 'cart')` in onLoad and onShow; its texts are then in `{{t.…}}`, those of `common` beside
 * them. Texts with a blank ("{n} items") are filled in WXML by `text.fill` of wxs/text.wxs, in JS by `say`.
 */
const config = require('../config')
const storage = require('./storage')

const LOCALES = {
  'zh-Hans': require('../locales/zh-Hans'),
  en: require('../locales/en'),
}

let current = ''

/** The shopper's own choice, else the phone's language when the store has it, else the store's first. */
function firstLanguage() {
  const chosen = storage.read('language', '')
  if (config.languages.indexOf(chosen) >= 0) return chosen
  let phone = ''
  try {
    phone = wx.getAppBaseInfo().language || ''
  } catch (error) {
    phone = ''
  }
  const wanted = /^zh/i.test(phone) ? 'zh-Hans' : 'en'
  return config.languages.indexOf(wanted) >= 0 ? wanted : config.languages[0]
}

function language() {
  if (!current) current = firstLanguage()
  return current
}

/** How HTTP names the language. */
function acceptLanguage() {
  return language() === 'zh-Hans' ? 'zh-hans' : 'en'
}

/** Texts of one page (or component) and the common ones. */
function texts(scope) {
  const locale = LOCALES[language()]
  return Object.assign({}, locale.common, scope ? locale[scope] : null)
}

/** Puts the texts into the data of a page or component, once for each language. Returns true when they changed. */
function bind(target, scope) {
  if (target.data.language === language()) return false
  target.setData({ t: texts(scope), language: language() })
  return true
}

/** One text with its blanks filled: say('cart', 'left', {n: 3}). */
function say(scope, key, values) {
  const text = texts(scope)[key] || ''
  return text.replace(/\{(\w+)\}/g, (whole, blank) => (values && values[blank] !== undefined ? String(values[blank]) : whole))
}

function setTitle(title) {
  wx.setNavigationBarTitle({ title })
}

/** The tab bar is drawn by WeChat, so its words are set from here. Only works while a tab page is shown. */
function labelTabs() {
  const words = texts('tabs')
  const labels = [words.home, words.category, words.cart, words.me]
  labels.forEach((text, index) => wx.setTabBarItem({ index, text, fail: () => {} }))
}

function setLanguage(value) {
  if (!LOCALES[value] || config.languages.indexOf(value) < 0) return
  current = value
  storage.write('language', value)
}

module.exports = { language, acceptLanguage, texts, bind, say, setTitle, labelTabs, setLanguage, languages: config.languages }

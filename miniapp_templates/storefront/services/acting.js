/**
 * Manners of everything that acts: once at a time, ask before destroying, say what went wrong.
 */
const i18n = require('./i18n')

/** Actions under way, by the page or component they belong to. */
const busy = new WeakMap()

/**
 * Runs `action` unless the same one of the same page is under way: a second tap does nothing.
 * While it runs `data.busy` holds its name, by which the button shows it. Failures are told in a toast and end here.
 * @param {WechatMiniprogram.Page.TrivialInstance | any} target
 * @param {string} name
 * @param {() => Promise<any>} action
 * @returns {Promise<any>} what the action gave, undefined when it did not run or failed
 */
async function once(target, name, action) {
  if (busy.get(target)) return undefined
  busy.set(target, name)
  target.setData({ busy: name })
  try {
    return await action()
  } catch (error) {
    tell(error)
    return undefined
  } finally {
    busy.delete(target)
    target.setData({ busy: '' })
  }
}

/** Says in a toast what went wrong. */
function tell(error) {
  if (error && error.kind === undefined) console.error(error)
  const message = error && error.kind !== undefined ? error.message : i18n.texts('problems').server
  wx.showToast({ title: message, icon: 'none', duration: 2500 })
}

/** Says that something worked. */
function say(title) {
  wx.showToast({ title, icon: 'none' })
}

/**
 * Asks before something is destroyed.
 * WeChat takes at most four Chinese characters (eight Latin letters) for a button.
 * @param {{title: string, content?: string, confirm: string, keep?: string}} question keep: the words for leaving all as it is
 * @returns {Promise<boolean>}
 */
function ask(question) {
  return new Promise((resolve) => {
    wx.showModal({
      title: question.title,
      content: question.content || '',
      confirmText: question.confirm,
      cancelText: question.keep || i18n.texts().cancel,
      success: (answer) => resolve(answer.confirm),
      fail: () => resolve(false),
    })
  })
}

/** A second tap on the same thing comes within this time, ms. */
const DOUBLE = 600

/** WeChat stacks ten pages at most. */
const DEEPEST = 10

let last = { url: '', at: 0 }

/** Opens a page once, however often its link is tapped; when the stack is full it takes the place of the page in front. */
function go(url) {
  const now = Date.now()
  if (last.url === url && now - last.at < DOUBLE) return
  last = { url, at: now }
  const open = getCurrentPages().length >= DEEPEST ? wx.redirectTo : wx.navigateTo
  open({ url })
}

/** Copies and says so (WeChat shows its own toast). */
function copy(text) {
  wx.setClipboardData({ data: text })
}

module.exports = { once, tell, say, ask, go, copy }

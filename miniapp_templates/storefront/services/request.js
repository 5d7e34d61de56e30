/**
 * The way to the server: addresses, language, login, timeouts, and errors that can be shown.
 *
 * `request` resolves with the body and rejects with an `ApiError` whose `message` is a sentence in the shopper's
 * language. A 401 logs in anew and tries once more. Several requests that need a login share one.
 */
const config = require('../config')
const i18n = require('./i18n')
const storage = require('./storage')

class ApiError extends Error {
  /**
   * @param {string} kind "offline", "timeout", "broken" (no or an unreadable answer) or the slug of a problem document
   * @param {number} status HTTP status, 0 without an answer
   * @param {string} message
   * @param {Record<string, any>} body the problem document
   */
  constructor(kind, status, message, body) {
    super(message)
    this.kind = kind
    this.status = status
    this.body = body || {}
    /** @type {Record<string, string[]>} */
    this.errors = this.body.errors || {}
  }
}

/** A fresh Idempotency-Key. Reuse it when the same thing is tried again. */
function newKey() {
  let key = Date.now().toString(16)
  while (key.length < 32) key += Math.floor(Math.random() * 16).toString(16)
  return key
}

function address(path) {
  return `${config.apiBase}/api/v1/stores/${config.store}/${path}`
}

/** `?a=1&b=2` of those parameters that have a value. */
function query(parameters) {
  const pairs = Object.keys(parameters || {})
    .filter((name) => parameters[name] !== undefined && parameters[name] !== null && parameters[name] !== '')
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(parameters[name])}`)
  return pairs.length ? `?${pairs.join('&')}` : ''
}

/** Turns a failed call or an answer that is not 2xx into an ApiError. */
function errorFrom(answer) {
  const words = i18n.texts('problems')
  if (!answer.statusCode) {
    const kind = /timeout/i.test(answer.errMsg || '') ? 'timeout' : 'offline'
    return new ApiError(kind, 0, words[kind], {})
  }
  const body = answer.data && typeof answer.data === 'object' ? answer.data : {}
  const kind = String(body.type || '').split('/').pop() || 'broken'
  let message = body.detail || body.title
  if (answer.statusCode >= 500) message = words.server
  else if (answer.statusCode === 429) message = words.busy
  else if (answer.statusCode === 404 && !message) message = words.gone
  return new ApiError(kind, answer.statusCode, message || words.server, body)
}

/**
 * One HTTP call without login.
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 */
function call(method, path, body, header) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: address(path),
      // wx.request refuses PATCH; the server reads the wanted method from the header.
      method: method === 'PATCH' ? 'POST' : method,
      data: body,
      header: Object.assign(
        { 'Accept-Language': i18n.acceptLanguage(), 'content-type': 'application/json' },
        method === 'PATCH' ? { 'X-HTTP-Method-Override': 'PATCH' } : null,
        header,
      ),
      timeout: config.timeout,
      success: (answer) => {
        if (answer.statusCode >= 200 && answer.statusCode < 300) resolve(answer.data)
        else reject(errorFrom(answer))
      },
      fail: (answer) => reject(errorFrom(answer)),
    })
  })
}

let loggingIn = null

function loginCode() {
  return new Promise((resolve, reject) => {
    wx.login({
      success: (answer) => resolve(answer.code),
      fail: () => reject(new ApiError('login-failed', 0, i18n.texts('problems').login, {})),
    })
  })
}

/** Logs in without asking anything; callers at the same time share one login. Resolves with the token. */
function login() {
  if (!loggingIn) {
    loggingIn = loginCode()
      .then((code) => call('POST', 'login', { code }))
      .then((session) => {
        storage.write('token', session.token)
        storage.write('shopper', session.shopper)
        return session.token
      })
    const done = () => {
      loggingIn = null
    }
    loggingIn.then(done, done)
  }
  return loggingIn
}

function token() {
  const kept = storage.read('token', '')
  return kept ? Promise.resolve(kept) : login()
}

/**
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} path below the store, without a slash at the front
 * @param {{data?: object, query?: object, open?: boolean, key?: string}} [options] `open`: needs no login;
 *   `key`: Idempotency-Key
 * @returns {Promise<any>}
 */
async function request(method, path, options) {
  const { data, query: parameters, open, key } = options || {}
  const full = path + query(parameters)
  const header = key ? { 'Idempotency-Key': key } : {}
  if (open) return call(method, full, data, header)
  const bearer = (value) => Object.assign({ Authorization: `Bearer ${value}` }, header)
  const used = await token()
  try {
    return await call(method, full, data, bearer(used))
  } catch (error) {
    if (error.status !== 401) throw error
  }
  // Another request may have logged in meanwhile: its token is not thrown away.
  if (storage.read('token', '') === used) storage.remove('token')
  return call(method, full, data, bearer(await token()))
}

module.exports = {
  ApiError,
  newKey,
  login,
  get: (path, options) => request('GET', path, options),
  post: (path, options) => request('POST', path, options),
  patch: (path, options) => request('PATCH', path, options),
  remove: (path) => request('DELETE', path),
}

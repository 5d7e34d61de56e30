/** wx.request, uploadFile and downloadFile over fetch, on the network that the preview plays. */
import { networkType, settings } from '../settings.js'
import { log } from '../log.js'

const SLOW_MS = 1500
const DEFAULT_TIMEOUT = 60000
const BODYLESS = new Set(['GET', 'HEAD'])

const pairs = (data) => Object.entries(data).filter(([, value]) => value !== undefined)
  .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(typeof value === 'object' && value !== null ? JSON.stringify(value) : value)}`).join('&')

/** Runs a fetch as WeChat's network does. @returns task with abort and header listeners */
function send(name, options, perform) {
  const abort = new AbortController()
  const headerListeners = new Set()
  let timedOut = false
  const entry = log('request', `${(options.method || 'GET').toUpperCase()} ${options.url}`, { api: name, data: options.data })
  const fail = (reason, errno = 600001) => {
    const result = { errMsg: `${name}:fail ${reason}`, errno }
    entry.end({ failed: reason })
    options.fail?.(result)
    options.complete?.(result)
  }
  const run = async () => {
    if (networkType() === 'none') {
      await new Promise((resolve) => setTimeout(resolve, 60))
      return fail('net::ERR_INTERNET_DISCONNECTED', 600003)
    }
    const timer = setTimeout(() => {
      timedOut = true
      abort.abort()
    }, options.timeout || DEFAULT_TIMEOUT)
    try {
      if (settings.network === 'slow') await pause(SLOW_MS, abort.signal)
      const result = await perform(abort.signal, headerListeners)
      entry.end({ status: result.statusCode, data: result.data })
      options.success?.({ errMsg: `${name}:ok`, ...result })
      options.complete?.({ errMsg: `${name}:ok`, ...result })
    } catch (error) {
      if (timedOut) fail('timeout', 5)
      else if (abort.signal.aborted) fail('abort', 600000)
      else fail(String(error.message || error))
    } finally {
      clearTimeout(timer)
    }
    return undefined
  }
  run()
  return {
    abort: () => abort.abort(),
    onHeadersReceived: (listener) => headerListeners.add(listener),
    offHeadersReceived: (listener) => (listener ? headerListeners.delete(listener) : headerListeners.clear()),
    onProgressUpdate() {},
    offProgressUpdate() {},
    onChunkReceived() {},
    offChunkReceived() {},
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new Error('abort'))
    })
  })
}

const headersOf = (response) => Object.fromEntries([...response.headers].map(([key, value]) => [key.replace(/(^|-)\w/g, (letter) => letter.toUpperCase()), value]))

// PATCH is not among them: WeChat's request cannot send it.
const METHODS = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

/** WeChat only lets a program talk to the domains that are listed on the platform; here that is the shop's own server. */
function warnOfForeign(url) {
  const { origin } = new URL(url, location.href)
  if (origin !== location.origin) log('warning', 'request', `${origin} is not the shop's server: list it on WeChat's platform`)
}

export function request(options) {
  const method = (options.method || 'GET').toUpperCase()
  if (!METHODS.has(method)) {
    return send('request', { ...options, method }, async () => {
      throw new Error(`method ${method} is not supported`)
    })
  }
  return send('request', { ...options, method }, async (signal, headerListeners) => {
    const headers = { 'content-type': 'application/json' }
    for (const [key, value] of Object.entries(options.header || {})) if (value !== undefined && value !== null) headers[key.toLowerCase()] = String(value)
    let { url } = options
    let body
    const { data } = options
    if (BODYLESS.has(method)) {
      const query = data && typeof data === 'object' ? pairs(data) : ''
      if (query) url += (url.includes('?') ? '&' : '?') + query
    } else if (data !== undefined && data !== null) {
      if (typeof data === 'string' || data instanceof ArrayBuffer) body = data
      else body = /x-www-form-urlencoded/.test(headers['content-type']) ? pairs(data) : JSON.stringify(data)
    }
    warnOfForeign(url)
    const response = await fetch(url, { method, headers, body, signal, credentials: 'omit', cache: 'no-store' })
    const header = headersOf(response)
    for (const listener of headerListeners) listener({ header, statusCode: response.status, cookies: [] })
    let answer
    if (options.responseType === 'arraybuffer') answer = await response.arrayBuffer()
    else {
      answer = await response.text()
      if ((options.dataType || 'json') === 'json') {
        try {
          answer = JSON.parse(answer)
        } catch {
          // Not JSON: the text is the answer, as in WeChat.
        }
      }
    }
    return { data: answer, statusCode: response.status, header, cookies: [] }
  })
}

export function uploadFile(options) {
  return send('uploadFile', { ...options, method: 'POST', data: options.formData }, async (signal) => {
    const file = await (await fetch(options.filePath, { signal })).blob()
    const form = new FormData()
    for (const [key, value] of Object.entries(options.formData || {})) form.append(key, value)
    form.append(options.name, file, file.type.includes('/') ? `file.${file.type.split('/')[1].split('+')[0]}` : 'file')
    const headers = Object.fromEntries(Object.entries(options.header || {}).filter(([key]) => key.toLowerCase() !== 'content-type'))
    const response = await fetch(options.url, { method: 'POST', headers, body: form, signal, credentials: 'omit' })
    return { data: await response.text(), statusCode: response.status, header: headersOf(response) }
  })
}

export function downloadFile(options) {
  return send('downloadFile', options, async (signal) => {
    const response = await fetch(options.url, { headers: options.header, signal, credentials: 'omit' })
    const path = URL.createObjectURL(await response.blob())
    return { tempFilePath: path, filePath: options.filePath, statusCode: response.status, header: headersOf(response) }
  })
}

/**
 * The object `wx`. Each asynchronous API is a function of its options that returns or throws; here it gets success, fail and complete,
 * or a promise, and a line in the log. An API that the preview does not have is logged as 'missing', so that a test can fail on it.
 */
import { host, current } from '../host.js'
import { log } from '../log.js'
import { createAnimation } from './animation.js'
import { account } from './account.js'
import { device, deviceSync, SDK_VERSION } from './device.js'
import { makeInterface } from './interface.js'
import { downloadFile, request, uploadFile } from './request.js'
import { storage, storageSync } from './storage.js'

const EVENTS = ['AppShow', 'AppHide', 'Error', 'UnhandledRejection', 'PageNotFound', 'ThemeChange', 'NetworkStatusChange', 'WindowResize', 'KeyboardHeightChange',
  'NeedPrivacyAuthorization', 'MemoryWarning', 'UserCaptureScreen', 'AudioInterruptionBegin', 'AudioInterruptionEnd', 'LazyLoadError', 'NetworkWeakChange',
  'BeforeAppRoute', 'AppRoute', 'AppRouteDone', 'CopyUrl', 'DeviceMotionChange']

const QUIET = new Set(['getStorage', 'setStorage', 'removeStorage', 'hideToast', 'hideLoading', 'pageScrollTo'])

/** Turns `perform(options)` into an API of WeChat's form. */
function asynchronous(name, perform) {
  return (options) => {
    const given = options && typeof options === 'object' ? options : {}
    const { success, fail, complete, ...rest } = given
    const entry = QUIET.has(name) ? null : log('wx', name, rest)
    const run = async () => {
      try {
        const value = await perform(given)
        const result = { ...(value && typeof value === 'object' ? value : {}), errMsg: `${name}:ok` }
        entry?.end(result.eventChannel ? { errMsg: result.errMsg } : result)
        return [true, result]
      } catch (error) {
        const result = { errMsg: `${name}:fail ${error.message || error}` }
        entry?.end(result)
        return [false, result]
      }
    }
    // Navigation and dialogs take effect at once, as in WeChat; only the answer comes later.
    const outcome = run()
    if (success || fail || complete) {
      outcome.then(([ok, result]) => {
        if (ok) success?.(result)
        else fail?.(result)
        complete?.(result)
      })
      return undefined
    }
    return outcome.then(([ok, result]) => (ok ? result : Promise.reject(result)))
  }
}

function eventMethods() {
  const methods = {}
  for (const name of EVENTS) {
    methods[`on${name}`] = (listener) => {
      const listeners = (host.listeners[name] ||= new Set())
      listeners.add(listener)
    }
    methods[`off${name}`] = (listener) => (listener ? host.listeners[name]?.delete(listener) : host.listeners[name]?.clear())
  }
  return methods
}

const quietLogger = () => ({ debug() {}, info() {}, log() {}, warn() {}, error() {}, setFilterMsg() {}, addFilterMsg() {}, in() {} })

const compare = (a, b) => {
  const [left, right] = [a, b].map((version) => String(version).split('.').map(Number))
  for (let i = 0; i < 3; i++) if ((left[i] || 0) !== (right[i] || 0)) return (left[i] || 0) - (right[i] || 0)
  return 0
}

/** @param parts {router, tabBar} */
export function createWx(parts) {
  const asynchronousApis = { ...makeInterface(parts), ...account, ...device, ...storage }
  const wx = { ...storageSync, ...deviceSync, ...eventMethods() }
  for (const [name, perform] of Object.entries(asynchronousApis)) wx[name] = asynchronous(name, perform)
  Object.assign(wx, {
    request,
    uploadFile,
    downloadFile,
    createAnimation,
    nextTick: (callback) => Promise.resolve().then(callback),
    createSelectorQuery: () => current().instance.createSelectorQuery(),
    createIntersectionObserver: (component, options) => component.createIntersectionObserver(options),
    createMediaQueryObserver: (component) => (component || current().instance).createMediaQueryObserver(),
    getUpdateManager: () => ({ onCheckForUpdate() {}, onUpdateReady() {}, onUpdateFailed() {}, applyUpdate() {} }),
    getLogManager: quietLogger,
    getRealtimeLogManager: quietLogger,
    reportEvent: (name, data) => log('wx', 'reportEvent', { name, data }).end(''),
    reportAnalytics() {},
    reportPerformance() {},
    getPerformance: () => ({ now: () => performance.now(), getEntries: () => [], createObserver: () => ({ observe() {}, disconnect() {} }) }),
    arrayBufferToBase64: (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))),
    base64ToArrayBuffer: (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer,
    canIUse(schema) {
      const [name] = String(schema).split('.')
      return name === 'SDKVersion' ? compare(SDK_VERSION, schema.split('.').slice(1).join('.')) >= 0 : name in wx || /^[a-z-]+$/.test(name)
    },
    env: { USER_DATA_PATH: 'wxfile://usr' },
    version: { version: SDK_VERSION },
  })
  return new Proxy(wx, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then' || name === 'toJSON') return target[name]
      log('missing', `wx.${name}`)
      return undefined
    },
  })
}

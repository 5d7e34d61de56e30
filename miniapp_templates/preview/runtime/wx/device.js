/** What the program may know of the phone, and small things the phone does. */
import { current, host } from '../host.js'
import { capsuleRect } from '../navbar.js'
import { english, networkType, say, settings, theme } from '../settings.js'
import { showModal, showToast } from '../ui/overlay.js'
import { requirePrivacy } from '../ui/privacy.js'

export const SDK_VERSION = '3.8.0'

const windowInfo = () => {
  const { innerWidth: width, innerHeight: height } = window
  return {
    pixelRatio: window.devicePixelRatio, screenWidth: width, screenHeight: height, windowWidth: width, windowHeight: current()?.body.clientHeight || height,
    statusBarHeight: settings.top, screenTop: height - (current()?.body.clientHeight || height),
    safeArea: { left: 0, right: width, top: settings.top, bottom: height - settings.bottom, width, height: height - settings.top - settings.bottom },
  }
}

const deviceInfo = () => ({
  abi: 'arm64', deviceAbi: 'arm64', benchmarkLevel: 40, brand: 'preview', model: 'Jishi preview', system: 'iOS 17.0', platform: 'devtools', cpuType: 'preview', memorySize: '8192',
})

// In the stage's frame it plays WeChat; opened by itself it is the shop on the web, and says so.
const appBaseInfo = () => ({
  SDKVersion: SDK_VERSION, enableDebug: false, host: { env: settings.embedded ? 'WeChat' : 'browser', appId: '' }, language: english() ? 'en' : 'zh_CN', version: '8.0.50', theme: theme(),
  fontSizeScaleFactor: 1, fontSizeSetting: 16,
})

const systemSetting = () => ({ bluetoothEnabled: false, locationEnabled: true, wifiEnabled: true, deviceOrientation: window.innerWidth > window.innerHeight ? 'landscape' : 'portrait' })
const systemInfo = () => ({ ...windowInfo(), ...deviceInfo(), ...appBaseInfo(), ...systemSetting() })

export const deviceSync = {
  getWindowInfo: windowInfo,
  getDeviceInfo: deviceInfo,
  getAppBaseInfo: appBaseInfo,
  getSystemSetting: systemSetting,
  getSystemInfoSync: systemInfo,
  getAppAuthorizeSetting: () => ({ albumAuthorized: 'authorized', cameraAuthorized: 'authorized', locationAuthorized: 'authorized', notificationAuthorized: 'authorized' }),
  getSkylineInfoSync: () => ({ isSupported: false, reason: 'preview' }),
  getMenuButtonBoundingClientRect: capsuleRect,
  getAccountInfoSync: () => ({ miniProgram: { appId: host.program.appId || 'touristappid', envVersion: 'develop', version: '' }, plugin: {} }),
  getLaunchOptionsSync: () => host.launch,
  getEnterOptionsSync: () => host.launch,
  getRendererUserAgent: () => Promise.resolve(navigator.userAgent),
}

let clipboard = ''

export const device = {
  getSystemInfo: systemInfo,
  getSystemInfoAsync: systemInfo,
  getNetworkType: () => ({ networkType: networkType(), signalStrength: -50, hasSystemProxy: false }),
  vibrateShort: () => navigator.vibrate?.(15),
  vibrateLong: () => navigator.vibrate?.(400),
  setKeepScreenOn() {},
  setScreenBrightness() {},
  async setClipboardData({ data }) {
    if (!(await requirePrivacy('setClipboardData'))) throw new Error('privacy permission is not authorized')
    clipboard = String(data)
    await navigator.clipboard?.writeText(clipboard).catch(() => {})
    showToast({ title: say('内容已复制', 'Copied') }, 1500)
  },
  getClipboardData: () => ({ data: clipboard }),
  async makePhoneCall({ phoneNumber }) {
    const { confirm } = await showModal({ title: phoneNumber, content: say('在手机上会拨打这个号码。', 'On a phone this calls the number.'), confirmText: say('呼叫', 'Call') })
    if (!confirm) throw new Error('cancel')
  },
  async scanCode() {
    const { confirm, content } = await showModal({
      title: say('扫一扫', 'Scan'), content: '', editable: true, placeholderText: say('输入码里的内容', 'Type what the code holds'),
    })
    if (!confirm) throw new Error('cancel')
    return { result: content, scanType: 'QR_CODE', charSet: 'UTF-8', path: '' }
  },
  async openLocation({ name = '', address = '', latitude, longitude }) {
    await showModal({ title: name || say('位置', 'Location'), content: `${address}\n${latitude}, ${longitude}`, showCancel: false })
  },
  hideKeyboard: () => document.activeElement?.blur?.(),
}

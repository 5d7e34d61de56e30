/**
 * WeChat's privacy rule: with `"__usePrivacyCheck__": true` an API that touches personal data asks first, once. The program may draw
 * its own pop-up (wx.onNeedPrivacyAuthorization); else the official one appears.
 */
import { host } from '../host.js'
import { showModal } from './overlay.js'
import { say } from '../settings.js'

const KEY = 'jishi-preview:privacy'
let agreed = localStorage.getItem(KEY) === 'yes'
let waiting = []

export const needsPrivacy = () => host.program.app.__usePrivacyCheck__ === true && !agreed

export function agreePrivacy() {
  agreed = true
  localStorage.setItem(KEY, 'yes')
  for (const resolve of waiting.splice(0)) resolve(true)
}

export function refusePrivacy() {
  for (const resolve of waiting.splice(0)) resolve(false)
}

/** @returns promise of whether the shopper agrees */
export async function requirePrivacy(api) {
  if (!needsPrivacy()) return true
  const own = [...(host.listeners.NeedPrivacyAuthorization || [])]
  if (own.length) {
    return new Promise((resolve) => {
      waiting.push(resolve)
      for (const listener of own) {
        listener(({ event }) => {
          if (event === 'agree') agreePrivacy()
          else if (event === 'disagree') refusePrivacy()
        }, { referrer: api })
      }
    })
  }
  const { confirm } = await showModal({
    title: say('隐私保护提示', 'Privacy notice'),
    content: say('使用此功能前，请阅读并同意商家的隐私保护指引。', 'Before this can be used, please read and accept the merchant\'s privacy notice.'),
    confirmText: say('同意', 'Agree'), cancelText: say('拒绝', 'Decline'),
  })
  if (confirm) agreePrivacy()
  return confirm
}

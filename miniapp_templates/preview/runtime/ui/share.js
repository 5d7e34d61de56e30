/** What happens on buttons with an open-type, and sharing a page. */
import { h } from './dom.js'
import { openSheet, showModal, showToast } from './overlay.js'
import { host, current, callPage, assetUrl } from '../host.js'
import { say } from '../settings.js'
import { log } from '../log.js'
import { agreePrivacy, requirePrivacy } from './privacy.js'

/** Asks the page what it wants to share and shows the card. @param from 'button' or 'menu' */
export function shareCurrentPage(from, target) {
  const page = current()
  const defaults = { title: page.config.navigationBarTitleText || '', path: page.address, imageUrl: '' }
  const answer = callPage(page, 'onShareAppMessage', { from, target, webViewUrl: undefined })
  if (from === 'menu' && typeof page.instance.onShareAppMessage !== 'function') {
    showToast({ title: say('这个页面不能转发', 'This page cannot be shared'), icon: 'none' }, 1500)
    return
  }
  const { promise, ...now } = answer || {}
  Promise.resolve(promise).catch(() => null).then((later) => {
    const message = { ...defaults, ...now, ...later }
    log('wx', 'onShareAppMessage', { from }).end(message)
    const address = new URL(location.href)
    address.hash = message.path.startsWith('/') ? message.path : `/${message.path}`
    const close = openSheet(say('转发给朋友', 'Share with a friend'), [
      h('div.jp-share-card', {}, h('strong', {}, message.title), message.imageUrl ? h('img', { src: assetUrl(message.imageUrl), alt: '' }) : null, h('small', {}, message.path)),
      h('button.jp-primary', {
        type: 'button', onclick: async () => {
          close()
          try {
            await navigator.clipboard.writeText(address.href)
            showToast({ title: say('链接已复制', 'Link copied') }, 1500)
          } catch {
            showToast({ title: address.href, icon: 'none' }, 3000)
          }
        },
      }, say('复制网页链接', 'Copy web link')),
    ])
  })
}

const sample = {
  phone: () => say('138****0000（预览用的号码）', '138****0000 (a number for the preview)'),
}

/** Runs a button's open-type. @param trigger (event name, detail) */
export async function openType(type, component, trigger) {
  const target = { id: component.id, dataset: { ...component.dataset }, offsetLeft: component.$$.offsetLeft, offsetTop: component.$$.offsetTop }
  if (type === 'share') shareCurrentPage('button', target)
  else if (type === 'chooseAvatar') {
    if (await requirePrivacy('chooseAvatar')) chooseAvatar(trigger)
    else trigger('chooseavatar', { errMsg: 'chooseAvatar:fail privacy permission is not authorized' })
  } else if (type === 'getPhoneNumber' || type === 'getRealtimePhoneNumber') {
    const allowed = (await requirePrivacy('getPhoneNumber')) && (await showModal({
      title: say('申请获取你的手机号', 'Use your phone number?'), content: sample.phone(), confirmText: say('允许', 'Allow'), cancelText: say('不允许', 'Deny'),
    })).confirm
    trigger(type.toLowerCase(), allowed ? { errMsg: `${type}:ok`, code: `preview-${Date.now()}` } : { errMsg: `${type}:fail user deny` })
  } else if (type === 'contact') {
    await showModal({ title: say('客服会话', 'Customer service'), content: say('在微信里会打开客服会话。', 'In WeChat this opens a chat with customer service.'), showCancel: false })
    trigger('contact', { errMsg: 'enterContact:ok', path: `/${current().path}`, query: {} })
  } else if (type === 'openSetting') {
    await host.wx.openSetting()
    trigger('opensetting', { errMsg: 'openSetting:ok', authSetting: {} })
  } else if (type === 'agreePrivacyAuthorization') {
    agreePrivacy()
    trigger('agreeprivacyauthorization', { errMsg: 'agreePrivacyAuthorization:ok' })
  } else if (type === 'feedback') {
    await showModal({ title: say('意见反馈', 'Feedback'), content: say('在微信里会打开反馈页面。', 'In WeChat this opens the feedback page.'), showCancel: false })
  } else if (type === 'getUserInfo') trigger('getuserinfo', { errMsg: 'getUserInfo:ok', userInfo: { nickName: say('微信用户', 'WeChat user'), avatarUrl: '' } })
  else log('missing', `open-type ${type}`)
}

function chooseAvatar(trigger) {
  const input = h('input', { type: 'file', accept: 'image/*' })
  const drawn = ['#7aa98b', '#c98d6b', '#6f8fb8'].map((color) => {
    const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="${color}"/><circle cx="32" cy="26" r="11" fill="#fff"/><path d="M12 60c2-14 11-20 20-20s18 6 20 20z" fill="#fff"/></svg>`
    return URL.createObjectURL(new Blob([picture], { type: 'image/svg+xml' }))
  })
  const choose = (url) => {
    close()
    trigger('chooseavatar', { errMsg: 'chooseAvatar:ok', avatarUrl: url })
  }
  input.onchange = () => input.files[0] && choose(URL.createObjectURL(input.files[0]))
  const close = openSheet(say('选择头像', 'Choose an avatar'), [
    h('div.jp-avatars', {}, ...drawn.map((url, index) => h('button', { type: 'button', onclick: () => choose(url), 'aria-label': `${say('头像', 'Avatar')} ${index + 1}` }, h('img', { src: url, alt: '' })))),
    h('button.jp-secondary', { type: 'button', onclick: () => input.click() }, say('从相册选择', 'From your pictures')),
  ])
}

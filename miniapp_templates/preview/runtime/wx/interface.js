/** Navigation, bars, dialogs, pictures: the asynchronous APIs that change what is seen. */
import { host, current, assetUrl } from '../host.js'
import { hideToast, showActionSheet, showModal, showToast } from '../ui/overlay.js'
import { viewImages } from '../ui/viewer.js'
import { h } from '../ui/dom.js'
import { requirePrivacy } from '../ui/privacy.js'

const TITLE_LIMIT = 7

/** @param parts {router, tabBar} */
export function makeInterface({ router, tabBar }) {
  const override = (values) => {
    Object.assign(current().overrides, values)
    current().applyConfig()
  }
  const onTab = () => {
    if (!current().box.classList.contains('jp-tab-page')) throw new Error('not TabBar page')
  }
  return {
    navigateTo: ({ url, events }) => ({ eventChannel: router.navigateTo(url, events) }),
    redirectTo: ({ url }) => void router.redirectTo(url),
    reLaunch: ({ url }) => void router.reLaunch(url),
    switchTab: ({ url }) => void router.switchTab(url),
    navigateBack: ({ delta = 1 } = {}) => void router.navigateBack(delta),
    preloadPage() {},

    showToast({ title, icon, image, duration = 1500, mask }) {
      if ((icon || 'success') !== 'none' && String(title || '').length > TITLE_LIMIT * 4) throw new Error('title is too long beside an icon: use icon "none"')
      showToast({ title, icon, image, mask }, duration)
    },
    hideToast: () => hideToast(),
    showLoading: ({ title, mask } = {}) => showToast({ title, icon: 'loading', mask }, 0),
    hideLoading: () => hideToast(),
    showModal: (options) => showModal(options),
    async showActionSheet(options) {
      if (!Array.isArray(options.itemList) || !options.itemList.length || options.itemList.length > 6) throw new Error('parameter error: itemList should have 1 to 6 items')
      const tapIndex = await showActionSheet(options)
      if (tapIndex < 0) throw new Error('cancel')
      return { tapIndex }
    },

    setNavigationBarTitle({ title }) {
      override({ navigationBarTitleText: title })
      document.title = title || document.title
    },
    setNavigationBarColor({ frontColor, backgroundColor }) {
      if (!/^#(ffffff|000000)$/i.test(frontColor)) throw new Error('parameter error: frontColor must be #ffffff or #000000')
      override({ navigationBarBackgroundColor: backgroundColor, navigationBarTextStyle: frontColor.toLowerCase() === '#ffffff' ? 'white' : 'black' })
    },
    showNavigationBarLoading() { current().nav.loading = true },
    hideNavigationBarLoading() { current().nav.loading = false },
    hideHomeButton() {
      current().homeHidden = true
      current().applyConfig()
    },
    setBackgroundColor: ({ backgroundColor }) => override({ backgroundColor }),
    setBackgroundTextStyle() {},

    setTabBarBadge: ({ index, text }) => tabBar.badge(index, String(text)),
    removeTabBarBadge: ({ index }) => tabBar.badge(index, null),
    showTabBarRedDot: ({ index }) => tabBar.badge(index, ''),
    hideTabBarRedDot: ({ index }) => tabBar.badge(index, null),
    setTabBarItem: ({ index, text, iconPath, selectedIconPath }) => tabBar.change(index, { text, iconPath, selectedIconPath }),
    setTabBarStyle: ({ color, selectedColor, backgroundColor, borderStyle }) => {
      tabBar.restyle(Object.fromEntries(Object.entries({ color, selectedColor, backgroundColor, borderStyle }).filter(([, value]) => value)))
    },
    hideTabBar() {
      onTab()
      tabBar.visible = false
      tabBar.draw()
    },
    showTabBar() {
      onTab()
      tabBar.visible = true
      tabBar.draw()
    },

    startPullDownRefresh: () => current().startRefresh(),
    stopPullDownRefresh: () => host.stack.forEach((page) => page.stopRefresh()),
    pageScrollTo({ scrollTop, selector, duration = 300, offsetTop = 0 }) {
      const { scroller, component } = current()
      let top = scrollTop
      if (selector) {
        const target = component.getShadowRoot().querySelector(selector)?.$$
        if (!target) throw new Error(`there is no ${selector}`)
        top = scroller.scrollTop + target.getBoundingClientRect().top - scroller.getBoundingClientRect().top + offsetTop
      }
      scroller.scrollTo({ top: top || 0, behavior: duration ? 'smooth' : 'auto' })
    },

    previewImage({ urls = [], current: shown }) {
      if (!urls.length) throw new Error('parameter error: urls should not be empty')
      viewImages(urls, typeof shown === 'number' ? urls[shown] : shown || urls[0])
    },
    previewMedia: ({ sources = [], current: index = 0 }) => viewImages(sources.map((one) => one.poster || one.url), sources[index]?.url),
    async getImageInfo({ src }) {
      const image = new Image()
      image.src = assetUrl(src)
      await image.decode()
      return { width: image.naturalWidth, height: image.naturalHeight, path: image.src, orientation: 'up', type: 'unknown' }
    },
    compressImage: ({ src }) => ({ tempFilePath: src }),
    async saveImageToPhotosAlbum({ filePath }) {
      h('a', { href: assetUrl(filePath), download: 'picture' }).click()
    },
    async chooseMedia({ count = 9, mediaType = ['image', 'video'] } = {}) {
      if (!(await requirePrivacy('chooseMedia'))) throw new Error('privacy permission is not authorized')
      const files = await chooseFiles(mediaType.map((type) => `${type}/*`).join(','), count)
      return { type: 'image', tempFiles: files.map((file) => ({ tempFilePath: URL.createObjectURL(file), size: file.size, fileType: file.type.split('/')[0] })) }
    },
    async chooseImage({ count = 9 } = {}) {
      if (!(await requirePrivacy('chooseImage'))) throw new Error('privacy permission is not authorized')
      const files = await chooseFiles('image/*', count)
      const tempFiles = files.map((file) => ({ path: URL.createObjectURL(file), size: file.size }))
      return { tempFilePaths: tempFiles.map((file) => file.path), tempFiles }
    },

    showShareMenu() {},
    hideShareMenu() {},
    updateShareMenu() {},
    enableAlertBeforeUnload() {},
    disableAlertBeforeUnload() {},
    async loadFontFace({ family, source, desc = {} }) {
      const font = new FontFace(family, source, desc)
      document.fonts.add(await font.load())
      return { status: 'loaded' }
    },
  }
}

function chooseFiles(accept, count) {
  return new Promise((resolve, reject) => {
    const input = h('input', { type: 'file', accept, multiple: count > 1 })
    input.onchange = () => resolve([...input.files].slice(0, count))
    input.oncancel = () => reject(new Error('cancel'))
    input.click()
  })
}


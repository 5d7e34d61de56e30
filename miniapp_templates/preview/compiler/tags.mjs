/**
 * The tags that WeChat itself provides. The compiler prefixes them in WXSS, the runtime defines them, the checks accept them.
 * A tag outside this list and outside `usingComponents` is an error in the page that uses it.
 */
export const BUILTIN_TAGS = [
  'view', 'text', 'image', 'button', 'input', 'textarea', 'scroll-view', 'swiper', 'swiper-item', 'navigator', 'picker',
  'picker-view', 'picker-view-column', 'form', 'label', 'switch', 'radio', 'radio-group', 'checkbox', 'checkbox-group',
  'slider', 'progress', 'rich-text', 'icon', 'cover-view', 'cover-image', 'video', 'web-view', 'movable-area',
  'movable-view', 'canvas', 'root-portal', 'page-meta', 'navigation-bar', 'match-media', 'page-container', 'share-element',
]

/** Tags that exist in WXML itself and make no element. */
export const SYNTAX_TAGS = ['block', 'template', 'import', 'include', 'wxs', 'slot']

/** Tags that WeChat knows and the preview draws as an empty box, because they need the phone itself. */
export const PHONE_TAGS = ['map', 'camera', 'live-player', 'live-pusher', 'official-account', 'ad', 'ad-custom', 'open-data', 'audio',
  'editor', 'functional-page-navigator', 'voip-room', 'channel-live', 'channel-video', 'store-home', 'store-product', 'double-tap-gesture-handler']

/** image, cover-image, icon, rich-text, video, canvas, web-view. */
import { any, fire, flag, number, part, text } from './define.js'
import { assetUrl } from '../host.js'
import { networkType } from '../settings.js'
import { icon, nodesFromObjects, safeNodes } from '../ui/dom.js'
import { log } from '../log.js'
import { convertLength } from './units.js'

const FIT = { scaleToFill: 'fill', aspectFit: 'contain', aspectFill: 'cover', widthFix: 'fill', heightFix: 'fill' }

/** Path of the file whose WXML holds this element. */
const owner = (component) => component.ownerShadowRoot?.getHostNode().is || ''

function refresh() {
  // Attributes come one by one: the picture is asked for when all are there, so that lazy loading is on before the address.
  if (this.refreshing) return
  this.refreshing = true
  queueMicrotask(() => {
    this.refreshing = false
    const img = part(this, 'img')
    const { src, mode, lazyLoad } = this.data
    this.$$.dataset.mode = mode
    img.style.objectFit = FIT[mode] || 'none'
    img.style.objectPosition = FIT[mode] ? '' : mode
    img.loading = lazyLoad ? 'lazy' : 'eager'
    const address = assetUrl(src, owner(this))
    if (address === this.shownAddress) return
    this.shownAddress = address
    if (!address) img.removeAttribute('src')
    else if (networkType() === 'none' && !/^(data:|blob:|\.)/.test(address)) fail.call(this, 'network is offline')
    else img.src = address
  })
}

function fail(reason) {
  log('warning', 'image', `${this.data.src}: ${reason}`)
  fire(this, 'error', { errMsg: `GET ${this.data.src} ${reason}` })
}

const image = {
  props: {
    src: text(), mode: text('scaleToFill'), lazyLoad: flag(), showMenuByLongpress: flag(), webp: flag(), fadeIn: flag(), forceHttps: flag(),
  },
  observers: { src: refresh, mode: refresh, lazyLoad: refresh },
  init() {
    const img = part(this, 'img')
    img.addEventListener('load', () => {
      // A picture may come after its page has gone.
      if (!this.$$) return
      this.$$.dataset.loaded = ''
      fire(this, 'load', { width: img.naturalWidth, height: img.naturalHeight })
    })
    img.addEventListener('error', () => this.$$ && img.getAttribute('src') && fail.call(this, '404 (Not Found)'))
    refresh.call(this)
  },
}

const ICON_SHAPES = {
  success: ['check', true, '#07c160'], success_no_circle: ['check', false, '#07c160'], info: ['warn', true, '#10aeff'], warn: ['warn', true, '#f76260'],
  waiting: ['clock', true, '#10aeff'], cancel: ['close', true, '#f43530'], download: ['check', true, '#07c160'], search: ['search', false, '#b2b2b2'],
  clear: ['close', true, '#b2b2b2'],
}

export const media = {
  image,
  'cover-image': image,
  icon: {
    props: { type: text(), size: any(23), color: text() },
    observers: {
      'type, size, color'(type, size, color) {
        const [shape, filled, standard] = ICON_SHAPES[type] || ['', false, 'currentColor']
        const box = part(this, '.jp-icon')
        const length = convertLength(size, '23px')
        box.className = `jp-icon${filled ? ' jp-icon-filled' : ''}`
        Object.assign(box.style, { width: length, height: length, color: filled ? '#fff' : color || standard, backgroundColor: filled ? color || standard : '' })
        box.replaceChildren(icon(shape, '100%', 2.4))
      },
    },
  },
  'rich-text': {
    props: { nodes: any(''), space: text(), userSelect: flag() },
    reflect: ['userSelect'],
    observers: {
      nodes(value) {
        const nodes = Array.isArray(value) ? nodesFromObjects(value) : safeNodes(value ?? '')
        part(this, '.jp-rich').replaceChildren(...nodes)
      },
    },
  },
  video: {
    props: {
      src: text(), poster: text(), autoplay: flag(), loop: flag(), muted: flag(), controls: flag(true), objectFit: text('contain'), initialTime: number(0),
      showCenterPlayBtn: flag(true), showFullscreenBtn: flag(true), enableProgressGesture: flag(true), title: text(),
    },
    observers: {
      'src, poster, autoplay, loop, muted, controls, objectFit'(src, poster, autoplay, loop, muted, controls, fit) {
        const video = part(this, 'video')
        if (src && video.getAttribute('src') !== assetUrl(src)) video.src = assetUrl(src)
        if (poster) video.poster = assetUrl(poster)
        Object.assign(video, { autoplay, loop, muted, controls })
        video.style.objectFit = fit
      },
    },
    init() {
      const video = part(this, 'video')
      for (const name of ['play', 'pause', 'ended', 'waiting']) video.addEventListener(name, () => fire(this, name, {}))
      video.addEventListener('timeupdate', () => fire(this, 'timeupdate', { currentTime: video.currentTime, duration: video.duration }))
      video.addEventListener('loadedmetadata', () => fire(this, 'loadedmetadata', { width: video.videoWidth, height: video.videoHeight, duration: video.duration }))
      video.addEventListener('error', () => video.getAttribute('src') && fire(this, 'error', { errMsg: 'MEDIA_ERR_SRC_NOT_SUPPORTED' }))
    },
  },
  canvas: { props: { type: text(), canvasId: text(), disableScroll: flag() } },
  'web-view': {
    props: { src: text() },
    observers: {
      src(value) {
        if (/^https?:/.test(value)) part(this, 'iframe').src = value
      },
    },
    init() {
      part(this, 'iframe').setAttribute('sandbox', 'allow-scripts allow-forms')
    },
  },
}

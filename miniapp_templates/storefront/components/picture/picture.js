const config = require('../../config')

/** Widths above twice the screen's own are not told apart by the eye, only by the bill. */
const SHARPEST = 2

/** The rendition that fits `share` of the window's width. */
function rendition(picture, share) {
  if (!picture || !picture.sizes || !picture.sizes.length) return null
  const { windowWidth, pixelRatio } = wx.getWindowInfo()
  const wanted = windowWidth * share * Math.min(pixelRatio, SHARPEST) * 0.9
  const sizes = picture.sizes.slice().sort((a, b) => a.width - b.width)
  return sizes.find((size) => size.width >= wanted) || sizes[sizes.length - 1]
}

function address(path) {
  return /^\//.test(path) ? config.apiBase + path : path
}

/**
 * A picture of the API in a frame that has its shape from the start, so that nothing jumps.
 * share: how much of the window's width it takes, 0 to 1. shape: "square", "tall" (3:4), "wide" (16:9), "fill".
 */
Component({
  properties: {
    /** null while it is processed: the drawn fallback stands in */
    picture: { type: null, value: null },
    share: { type: Number, value: 0.5 },
    shape: { type: String, value: 'square' },
    label: { type: String, value: '' },
  },

  data: { source: '', loaded: false, broken: false, tint: '', old: '' },

  observers: {
    'picture, share': function choose(picture, share) {
      const size = rendition(picture, share)
      const source = size ? address(size.webp || size.jpeg) : ''
      if (source === this.data.source && this.data.tint) return
      this.setData({
        source,
        loaded: false,
        broken: false,
        tint: (picture && picture.tint) || '',
        old: size && size.webp && size.jpeg ? address(size.jpeg) : '',
      })
    },
  },

  methods: {
    onLoad() {
      this.setData({ loaded: true })
    },

    /** An old phone may not read WebP: the JPEG is tried once. */
    onError() {
      if (this.data.old && this.data.source !== this.data.old) this.setData({ source: this.data.old, old: '' })
      else this.setData({ broken: true })
    },
  },
})

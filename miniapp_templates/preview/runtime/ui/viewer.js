/** wx.previewImage: pictures over the whole window, one after the other. */
import { h, icon } from './dom.js'
import { openLayer } from './overlay.js'
import { assetUrl } from '../host.js'
import { say } from '../settings.js'

export function viewImages(urls, current) {
  let index = Math.max(0, urls.indexOf(current))
  const image = h('img.jp-viewer-image', { alt: '', draggable: 'false' })
  const count = h('span.jp-viewer-count')
  const show = (wanted) => {
    index = Math.min(urls.length - 1, Math.max(0, wanted))
    image.src = assetUrl(urls[index])
    count.textContent = urls.length > 1 ? `${index + 1} / ${urls.length}` : ''
    before.hidden = index === 0
    after.hidden = index === urls.length - 1
  }
  const turn = (step) => (event) => {
    event.stopPropagation()
    show(index + step)
  }
  const before = h('button.jp-viewer-turn.jp-before', { type: 'button', onclick: turn(-1), 'aria-label': say('上一张', 'Previous') }, icon('back', 28))
  const after = h('button.jp-viewer-turn.jp-after', { type: 'button', onclick: turn(1), 'aria-label': say('下一张', 'Next') }, icon('back', 28))
  let start = null
  let swiped = false
  const box = h('div.jp-viewer', {
    onpointerdown: (event) => {
      start = event.clientX
      swiped = false
    },
    onpointerup: (event) => {
      const distance = start === null ? 0 : event.clientX - start
      start = null
      swiped = Math.abs(distance) > 40
      if (swiped) show(index + (distance < 0 ? 1 : -1))
    },
    onclick: () => !swiped && close(),
    onkeydown: (event) => {
      if (event.key === 'ArrowLeft') show(index - 1)
      if (event.key === 'ArrowRight') show(index + 1)
    },
  }, image, count, before, after)
  const close = openLayer(box, { kind: 'viewer', label: say('查看图片', 'Picture'), onDismiss: () => {} })
  show(index)
}

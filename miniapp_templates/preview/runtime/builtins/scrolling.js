/** scroll-view. */
import { any, fire, flag, number, part, text } from './define.js'
import { toPixels } from './units.js'

const props = {
  scrollX: flag(), scrollY: flag(), upperThreshold: any(50), lowerThreshold: any(50), scrollTop: any(), scrollLeft: any(), scrollIntoView: text(),
  scrollWithAnimation: flag(), enableBackToTop: flag(), enableFlex: flag(), scrollAnchoring: flag(), enhanced: flag(), bounces: flag(true),
  showScrollbar: flag(true), pagingEnabled: flag(), fastDeceleration: flag(), enablePassive: any(), type: text('list'), usingSticky: flag(),
  refresherEnabled: flag(), refresherThreshold: number(45), refresherDefaultStyle: text('black'), refresherBackground: text(), refresherTriggered: flag(),
  scrollIntoViewAlignment: text('start'), scrollIntoViewOffset: number(0),
}

export const scrolling = {
  'scroll-view': {
    props,
    reflect: ['scrollX', 'scrollY', 'enableFlex', 'showScrollbar', 'pagingEnabled', 'refresherTriggered'],
    observers: {
      scrollTop(value) { this.goTo({ top: value }) },
      scrollLeft(value) { this.goTo({ left: value }) },
      scrollIntoView(id) { this.reveal(id) },
      refresherTriggered(value) {
        if (!value && this.refreshing) fire(this, 'refresherrestore', {})
        this.refreshing = value
      },
    },
    methods: {
      goTo(position) {
        const [[side, value]] = Object.entries(position)
        if (value === null || value === '' || value === undefined) return
        requestAnimationFrame(() => part(this, '.jp-view').scrollTo({ [side]: toPixels(value), behavior: this.data.scrollWithAnimation ? 'smooth' : 'auto' }))
      },
      reveal(id) {
        if (!id) return
        requestAnimationFrame(() => {
          const view = part(this, '.jp-view')
          const target = this.$$.querySelector(`[data-wx-id="${CSS.escape(id)}"]`)
          if (!target) return
          const box = target.getBoundingClientRect()
          const frame = view.getBoundingClientRect()
          const behavior = this.data.scrollWithAnimation ? 'smooth' : 'auto'
          if (this.data.scrollX) view.scrollTo({ left: view.scrollLeft + box.left - frame.left + this.data.scrollIntoViewOffset, behavior })
          if (this.data.scrollY) view.scrollTo({ top: view.scrollTop + box.top - frame.top + this.data.scrollIntoViewOffset, behavior })
        })
      },
    },
    init() {
      const view = part(this, '.jp-view')
      let last = { top: 0, left: 0 }
      let edges = { upper: true, lower: false }
      view.addEventListener('scroll', () => {
        const { scrollTop, scrollLeft, scrollWidth, scrollHeight, clientWidth, clientHeight } = view
        fire(this, 'scroll', { scrollTop, scrollLeft, scrollWidth, scrollHeight, deltaX: last.left - scrollLeft, deltaY: last.top - scrollTop })
        last = { top: scrollTop, left: scrollLeft }
        const vertical = this.data.scrollY || !this.data.scrollX
        const before = vertical ? scrollTop : scrollLeft
        const after = vertical ? scrollHeight - clientHeight - scrollTop : scrollWidth - clientWidth - scrollLeft
        const now = { upper: before <= toPixels(this.data.upperThreshold, 50), lower: after <= toPixels(this.data.lowerThreshold, 50) }
        if (now.upper && !edges.upper) fire(this, 'scrolltoupper', { direction: vertical ? 'top' : 'left' })
        if (now.lower && !edges.lower) fire(this, 'scrolltolower', { direction: vertical ? 'bottom' : 'right' })
        edges = now
      }, { passive: true })
      this.observer = new MutationObserver(() => {
        edges.lower = false
        if (this.data.scrollIntoView && this.wanted !== this.data.scrollIntoView) this.wanted = this.data.scrollIntoView
      })
      this.observer.observe(view, { childList: true, subtree: true })
      let from = null
      view.addEventListener('touchstart', (event) => {
        from = this.data.refresherEnabled && view.scrollTop <= 0 ? event.touches[0].clientY : null
      }, { passive: true })
      view.addEventListener('touchmove', (event) => {
        if (from !== null) fire(this, 'refresherpulling', { dy: Math.max(0, event.touches[0].clientY - from) })
      }, { passive: true })
      view.addEventListener('touchend', (event) => {
        if (from === null) return
        if (event.changedTouches[0].clientY - from > this.data.refresherThreshold) {
          this.setData({ refresherTriggered: true })
          fire(this, 'refresherrefresh', {})
        } else fire(this, 'refresherabort', {})
        from = null
      }, { passive: true })
    },
    ready() {
      this.goTo({ top: this.data.scrollTop })
      this.goTo({ left: this.data.scrollLeft })
      this.reveal(this.data.scrollIntoView)
    },
    detached() { this.observer?.disconnect() },
  },
}

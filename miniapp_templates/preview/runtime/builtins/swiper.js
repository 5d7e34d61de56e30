/** swiper and swiper-item: each item is placed by a transform, so that a circular swiper has no copies. */
import { around, fire, flag, inside, number, part, text } from './define.js'
import { convertLength } from './units.js'

const DRAG_START = 8

export const swiper = {
  'swiper-item': {
    props: { itemId: text(), skipHiddenItemLayout: flag() },
    ready() { around(this, 'swiper')?.scheduleLayout() },
    detached() { this.parentSwiper?.scheduleLayout() },
  },
  swiper: {
    props: {
      indicatorDots: flag(), indicatorColor: text('rgba(0, 0, 0, .3)'), indicatorActiveColor: text('#000000'), autoplay: flag(), current: number(0),
      currentItemId: text(), interval: number(5000), duration: number(500), circular: flag(), vertical: flag(), displayMultipleItems: number(1),
      previousMargin: text('0px'), nextMargin: text('0px'), snapToEdge: flag(), easingFunction: text('default'), skipHiddenItemLayout: flag(), cacheExtent: number(0),
    },
    reflect: ['vertical'],
    observers: {
      current(value) { if (this.items && value !== this.index) this.go(value, '') },
      'indicatorDots, indicatorColor, indicatorActiveColor, circular, vertical, displayMultipleItems, previousMargin, nextMargin'() { this.scheduleLayout() },
      'autoplay, interval'() { this.restart() },
    },
    init() {
      this.index = 0
      this.items = []
      this.drag()
      this.$$.addEventListener('keydown', (event) => {
        const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
        if (step && event.target === this.$$) this.go(this.index + step, 'touch')
      })
    },
    ready() {
      this.index = this.data.current
      this.layout()
      this.restart()
    },
    detached() {
      clearInterval(this.timer)
      this.stopDrag?.()
    },
    methods: {
      scheduleLayout() {
        if (this.scheduled) return
        this.scheduled = true
        queueMicrotask(() => {
          this.scheduled = false
          // The page may have gone away meanwhile.
          if (this.$$) this.layout()
        })
      },
      layout() {
        this.items = inside(this, 'wx-swiper-item').filter((item) => around(item, 'swiper') === this)
        for (const item of this.items) item.parentSwiper = this
        const track = part(this, '.jp-track')
        const [start, end] = this.data.vertical ? ['top', 'bottom'] : ['left', 'right']
        track.style.inset = '0'
        track.style[start] = convertLength(this.data.previousMargin)
        track.style[end] = convertLength(this.data.nextMargin)
        const share = 100 / Math.max(1, this.data.displayMultipleItems)
        for (const item of this.items) Object.assign(item.$$.style, this.data.vertical ? { height: `${share}%`, width: '100%' } : { width: `${share}%`, height: '100%' })
        if (this.index >= this.items.length) this.index = Math.max(0, this.items.length - 1)
        this.place(this.index, 0)
        this.drawDots()
      },
      drawDots() {
        const dots = part(this, '.jp-dots')
        const count = this.data.indicatorDots ? this.items.length : 0
        while (dots.childElementCount > count) dots.lastChild.remove()
        while (dots.childElementCount < count) dots.append(document.createElement('i'))
        Array.from(dots.children).forEach((dot, index) => {
          dot.style.backgroundColor = index === this.index ? this.data.indicatorActiveColor : this.data.indicatorColor
        })
      },
      /** Puts the items around a (fractional) position; `direction` decides on which side a circular item waits. */
      place(position, milliseconds, direction = 1) {
        const count = this.items.length
        const round = this.data.circular && count > 1
        this.items.forEach((item, index) => {
          let offset = index - position
          if (round) {
            const half = count / 2
            offset = ((((offset + half) % count) + count) % count) - half
            if (offset === -half && direction > 0) offset = half
          }
          const jump = Math.abs(offset - (item.offset ?? offset)) > 1.5
          item.offset = offset
          const { style } = item.$$
          style.transition = milliseconds && !jump ? `transform ${milliseconds}ms ease` : 'none'
          style.transform = this.data.vertical ? `translate3d(0,${offset * 100}%,0)` : `translate3d(${offset * 100}%,0,0)`
          item.$$.inert = Math.abs(offset) >= this.data.displayMultipleItems && milliseconds === 0 && !this.dragging
        })
      },
      go(wanted, source) {
        const count = this.items.length
        if (!count) {
          this.index = wanted
          return
        }
        const last = Math.max(0, count - this.data.displayMultipleItems)
        const index = this.data.circular ? ((wanted % count) + count) % count : Math.min(Math.max(0, wanted), last)
        const direction = wanted >= this.index ? 1 : -1
        const changed = index !== this.index
        const reduced = window.matchMedia('(prefers-reduced-motion: reduce)').matches
        const milliseconds = reduced ? 0 : this.data.duration
        // Circular items must wait on the right side before they move.
        if (this.data.circular && changed && !this.dragged) {
          this.place(this.index, 0, direction)
          this.$$.getBoundingClientRect()
        }
        this.dragged = false
        this.index = index
        this.place(index, milliseconds, direction)
        this.drawDots()
        if (changed) {
          if (this.data.current !== index) this.setData({ current: index })
          fire(this, 'change', { current: index, currentItemId: this.items[index]?.data.itemId || '', source })
        }
        clearTimeout(this.settling)
        this.settling = setTimeout(() => {
          if (this.items[index]) this.place(index, 0, direction)
          fire(this, 'animationfinish', { current: index, currentItemId: this.items[index]?.data.itemId || '', source })
        }, milliseconds + 30)
      },
      restart() {
        clearInterval(this.timer)
        if (!this.data.autoplay) return
        this.timer = setInterval(() => {
          if (!this.$$.isConnected || !this.$$.offsetWidth || this.dragging || document.hidden || this.$$.closest('[inert]')) return
          const next = this.index + 1
          this.go(!this.data.circular && next > this.items.length - this.data.displayMultipleItems ? 0 : next, 'autoplay')
        }, Math.max(500, this.data.interval))
      },
      drag() {
        let start = null
        const coordinate = (event) => (this.data.vertical ? event.clientY : event.clientX)
        const length = () => {
          const track = part(this, '.jp-track')
          return (this.data.vertical ? track.offsetHeight : track.offsetWidth) / Math.max(1, this.data.displayMultipleItems) || 1
        }
        const move = (event) => {
          if (!start || event.pointerId !== start.id) return
          const distance = coordinate(event) - start.at
          if (!this.dragging && Math.abs(distance) < DRAG_START) return
          this.dragging = true
          let position = this.index - distance / length()
          if (!this.data.circular) {
            const last = Math.max(0, this.items.length - this.data.displayMultipleItems)
            if (position < 0) position /= 3
            else if (position > last) position = last + (position - last) / 3
          }
          this.place(position, 0, distance < 0 ? 1 : -1)
          fire(this, 'transition', this.data.vertical ? { dx: 0, dy: -distance } : { dx: -distance, dy: 0 })
        }
        const end = (event) => {
          if (!start || event.pointerId !== start.id) return
          const distance = coordinate(event) - start.at
          const fast = Date.now() - start.time < 250 && Math.abs(distance) > 20
          start = null
          if (!this.dragging) return
          this.dragging = false
          this.dragged = true
          const moved = -distance / length()
          const steps = fast ? Math.sign(moved) * Math.max(1, Math.round(Math.abs(moved))) : Math.round(moved)
          this.go(this.index + steps, 'touch')
        }
        this.$$.addEventListener('pointerdown', (event) => {
          if (event.button > 0) return
          start = { id: event.pointerId, at: coordinate(event), time: Date.now() }
        })
        this.$$.addEventListener('dragstart', (event) => event.preventDefault())
        window.addEventListener('pointermove', move, { passive: true })
        window.addEventListener('pointerup', end)
        window.addEventListener('pointercancel', end)
        this.stopDrag = () => {
          window.removeEventListener('pointermove', move)
          window.removeEventListener('pointerup', end)
          window.removeEventListener('pointercancel', end)
        }
      },
    },
  },
}

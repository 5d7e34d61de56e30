Page({
  data: { x: '', answer: '', pageStyle: '' },
  onLoad({ x }) {
    this.setData({ x })
    // The names of the browser are not there, as on a phone.
    this.reach = [typeof window, typeof document, typeof localStorage, typeof fetch].join(' ')
  },
  lock() {
    this.setData({ pageStyle: 'overflow: hidden' })
  },
})

Page({
  data: {
    greeting: 'Hello', price: 12345, slides: ['one', 'two', 'three'], slide: 0, names: ['a', 'b'], sheet: false, more: 0,
    list: [{ id: 1, title: 'oolong' }, { id: 2, title: 'jasmine' }],
  },
  events: [],
  onLoad(query) {
    this.query = query
    this.events.push('load')
  },
  onShow() {
    this.events.push('show')
  },
  onReady() {
    this.events.push('ready')
    this.observer = this.createIntersectionObserver()
    this.observer.relativeToViewport().observe('#watched', (state) => {
      this.seen = state.intersectionRatio
    })
  },
  onHide() {
    this.events.push('hide')
  },
  onPullDownRefresh() {
    this.refreshed = (this.refreshed || 0) + 1
    wx.stopPullDownRefresh()
  },
  onReachBottom() {
    this.setData({ more: this.data.more + 1 })
  },
  onPageScroll({ scrollTop }) {
    this.scrolled = scrollTop
  },
  onTabItemTap(item) {
    this.tab = item
  },
  onShareAppMessage({ from, target }) {
    return { title: 'Sample', path: `/pages/index/index?from=${from}&who=${target ? target.dataset.from : ''}` }
  },
  onSlide({ detail }) {
    this.slid = detail
  },
  onLoadImage({ detail }) {
    this.picture = detail
  },
  onBrokenImage() {
    this.broken = true
  },
  onCounted({ detail, currentTarget }) {
    this.counted = { ...detail, id: currentTarget.dataset.id }
  },
  open({ currentTarget }) {
    wx.navigateTo({
      url: `/pkg/pages/detail/detail?id=${currentTarget.dataset.id}&name=${encodeURIComponent('茶 & co')}`,
      events: { chosen: (value) => this.setData({ greeting: value }) },
      success: ({ eventChannel }) => eventChannel.emit('given', { price: this.data.price }),
    })
  },
  onTouch(event) {
    this.touch = { touches: event.touches.length, target: event.target }
  },
  onLong() {
    this.long = (this.long || 0) + 1
  },
  onTapBox() {
    this.tapped = (this.tapped || 0) + 1
  },
  onOuter() {
    if (this.explode) throw new Error('planted')
    this.outer = (this.outer || 0) + 1
  },
  onInner() {
    this.inner = (this.inner || 0) + 1
  },
  openSheet() {
    this.setData({ sheet: true })
  },
  closeSheet() {
    this.setData({ sheet: false })
  },
})

const counting = require('../../behaviors/counting')

Component({
  behaviors: [counting],
  options: { multipleSlots: true },
  properties: { title: String },
  data: { shout: '' },
  observers: {
    title(title) {
      this.setData({ shout: title.toUpperCase() })
    },
  },
  pageLifetimes: {
    show() {
      this.shown = (this.shown || 0) + 1
    },
  },
})

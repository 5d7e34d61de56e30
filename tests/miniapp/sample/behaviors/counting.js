module.exports = Behavior({
  properties: { start: { type: Number, value: 0 } },
  data: { count: 0 },
  lifetimes: {
    attached() {
      this.setData({ count: this.data.start })
    },
  },
  methods: {
    add() {
      this.setData({ count: this.data.count + 1 })
      this.triggerEvent('counted', { count: this.data.count }, { bubbles: true, composed: true })
    },
  },
})

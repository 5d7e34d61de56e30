/** Nothing here, or it failed: one drawing, one sentence, one way on. `kind`: cart, search, order, address, parcel, failed. */
Component({
  properties: {
    kind: { type: String, value: 'search' },
    title: { type: String, value: '' },
    text: { type: String, value: '' },
    action: { type: String, value: '' },
    actionId: { type: String, value: 'empty-action' },
  },
  methods: {
    act() {
      this.triggerEvent('act')
    },
  },
})

Page({
  data: {
    name: '', bound: '', sizes: ['s', 'm', 'l'], extras: ['milk', 'sugar'], colours: [{ name: 'green' }, { name: 'black' }], colour: 0,
    region: ['浙江省', '杭州市', '西湖区'], date: '', time: '', numbers: [0, 1, 2, 3, 4, 5], wheel: [1], into: '', multi: [['x', 'y'], ['1', '2']], multiValue: [0, 0],
    html: '<p style="color: rgb(4, 5, 6)" onclick="window.hacked = 1">rich <b>text</b><script>window.hacked = 1</script><img src="x" onerror="window.hacked = 1"></p>',
    nodes: [{ name: 'div', attrs: { class: 'n' }, children: [{ type: 'text', text: 'from nodes <b>' }] }],
  },
  onInput({ detail }) {
    this.typed = detail.value
  },
  onFocus() {
    this.focused = true
  },
  onBlur({ detail }) {
    this.blurred = detail.value
  },
  onConfirm({ detail }) {
    this.confirmed = detail.value
  },
  onSwitch({ detail }) {
    this.gift = detail.value
  },
  onRadio({ detail }) {
    this.size = detail.value
  },
  onCheck({ detail }) {
    this.extras = detail.value
  },
  onSlider({ detail }) {
    this.strength = detail.value
  },
  onPick({ detail }) {
    this.picked = detail.value
    this.setData({ colour: Number(detail.value) })
  },
  onRegion({ detail }) {
    this.regionCode = detail.code
    this.setData({ region: detail.value })
  },
  onDate({ detail }) {
    this.setData({ date: detail.value })
  },
  onTime({ detail }) {
    this.setData({ time: detail.value })
  },
  onColumn({ detail }) {
    if (detail.column === 0) this.setData({ 'multi[1]': detail.value ? ['7', '8', '9'] : ['1', '2'], 'multiValue[0]': detail.value })
  },
  onMulti({ detail }) {
    this.multi = detail.value
  },
  onAvatar({ detail }) {
    this.avatar = detail.avatarUrl
  },
  onWheel({ detail }) {
    this.wheel = detail.value
  },
  onStrip({ detail }) {
    this.stripLeft = detail.scrollLeft
  },
  onStripEnd() {
    this.stripEnd = true
  },
  never() {
    this.wrong = true
  },
  submit({ detail }) {
    this.submitted = detail.value
  },
  reset() {
    this.wasReset = true
  },
})

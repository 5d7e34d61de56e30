Component({
  relations: {
    '../tab/tab': {
      type: 'child',
      linked() {
        const names = this.getRelationNodes('../tab/tab').map((tab) => tab.data.name)
        this.setData({ names: names.join(',') })
      },
    },
  },
  data: { names: '' },
})

Component({
  behaviors: ['wx://form-field'],
  methods: {
    set() {
      this.setData({ value: 'from component' })
    },
  },
})

Component({
  relations: { '../tabs/tabs': { type: 'parent' } },
  properties: { name: String },
})

/** An amount of minor units as it is read: sign and decimals small, digits of one width. `size`: s, m, l or xl. */
Component({
  properties: {
    amount: { type: Number, value: 0 },
    currency: { type: String, value: 'CNY' },
    size: { type: String, value: 'm' },
    /** "plain", "brand", "old" (struck through) or "soft" */
    tone: { type: String, value: 'plain' },
  },
})

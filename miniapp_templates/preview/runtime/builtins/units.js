/** Lengths as WeChat's properties take them: 20, "20px", "20rpx". */
export function convertLength(value, fallback = '0px') {
  if (typeof value === 'number') return `${value}px`
  const match = /^\s*(-?\d*\.?\d+)\s*(rpx|px)?\s*$/.exec(value || '')
  if (!match) return fallback
  return match[2] === 'rpx' ? `calc(var(--rpx)*${match[1]})` : `${match[1]}px`
}

/** The same in CSS pixels of this window. */
export function toPixels(value, fallback = 0) {
  if (typeof value === 'number') return value
  const match = /^\s*(-?\d*\.?\d+)\s*(rpx|px)?\s*$/.exec(value || '')
  if (!match) return fallback
  return match[2] === 'rpx' ? (Number(match[1]) * window.innerWidth) / 750 : Number(match[1])
}

/** wx.createAnimation: collects steps that a built-in component plays as CSS transitions. */
const STYLES = ['opacity', 'backgroundColor', 'width', 'height', 'top', 'left', 'right', 'bottom']
const TRANSFORMS = ['matrix', 'matrix3d', 'rotate', 'rotate3d', 'rotateX', 'rotateY', 'rotateZ', 'scale', 'scale3d', 'scaleX', 'scaleY', 'scaleZ', 'skew', 'skewX', 'skewY',
  'translate', 'translate3d', 'translateX', 'translateY', 'translateZ']

const unit = (name) => (/^(rotate|skew)/.test(name) ? 'deg' : /^translate/.test(name) ? 'px' : '')

export function createAnimation(defaults = {}) {
  let steps = []
  let styles = {}
  let transforms = []
  const animation = {
    step(options = {}) {
      if (transforms.length) styles.transform = transforms.join(' ')
      const option = { duration: 400, timingFunction: 'linear', delay: 0, transformOrigin: '50% 50% 0', ...defaults, ...options }
      steps.push({ option, styles: { ...styles, transformOrigin: option.transformOrigin } })
      styles = {}
      return animation
    },
    export() {
      const actions = steps
      steps = []
      return { actions }
    },
  }
  for (const name of STYLES) {
    animation[name] = (value) => {
      styles[name] = typeof value === 'number' && name !== 'opacity' ? `${value}px` : String(value)
      return animation
    }
  }
  for (const name of TRANSFORMS) {
    animation[name] = (...values) => {
      transforms = [...transforms.filter((one) => !one.startsWith(`${name}(`)), `${name}(${values.map((value) => (typeof value === 'number' ? value + unit(name) : value)).join(',')})`]
      return animation
    }
  }
  return animation
}

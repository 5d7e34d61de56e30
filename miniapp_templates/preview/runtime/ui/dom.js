/** Small helpers to build the preview's own DOM without HTML strings. */

/** An element: h('div.card', {onclick, title}, 'text', child). Attributes that are functions become properties. */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.')
  const element = document.createElement(tag || 'div')
  if (classes.length) element.className = classes.join(' ')
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') element[name] = value
    else if (name === 'style') Object.assign(element.style, value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

const ICONS = {
  back: ['M15.5 4.5 8 12l7.5 7.5'],
  home: ['M4 11.5 12 4l8 7.5', 'M6 10v9h4.5v-5h3v5H18v-9'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  check: ['M4.5 12.5 10 18 19.5 7'],
  warn: ['M12 5.5v8.5', 'M12 17.6v.9'],
  dots: ['M5 12h.01', 'M12 12h.01', 'M19 12h.01'],
  search: ['M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12Z', 'M15 15l5 5'],
  clock: ['M12 6v6.5l4 2.5'],
}

/** A line icon, drawn with currentColor. */
export function icon(name, size = 24, width = 2) {
  const make = (tag, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    return element
  }
  const svg = make('svg', {
    viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor', 'stroke-width': width,
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true',
  })
  for (const path of ICONS[name] || []) svg.append(make('path', { d: path }))
  return svg
}

/** Turns untrusted HTML into nodes: known tags and harmless attributes only, as WeChat's rich-text does. */
export function safeNodes(html) {
  const parsed = new DOMParser().parseFromString(`<body>${html}`, 'text/html')
  return Array.from(parsed.body.childNodes, safeNode).filter(Boolean)
}

const RICH_TAGS = new Set(('a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del div dl dt em ' +
  'fieldset font footer h1 h2 h3 h4 h5 h6 header hr i img ins label legend li mark nav ol p pre q rt ruby s section small span strong sub sup ' +
  'table tbody td tfoot th thead tr tt u ul').split(' '))
const RICH_ATTRIBUTES = new Set('alt src height width colspan rowspan align dir start type span color face'.split(' '))

function safeNode(node) {
  if (node.nodeType === 3) return document.createTextNode(node.nodeValue)
  if (node.nodeType !== 1) return null
  const tag = node.localName
  if (!RICH_TAGS.has(tag)) return null
  const element = document.createElement(tag === 'a' ? 'span' : tag)
  for (const { name, value } of node.attributes) {
    if (name === 'class') element.className = value
    else if (name === 'style') element.style.cssText = value
    else if (RICH_ATTRIBUTES.has(name) && !/^\s*(javascript|vbscript|data:text)/i.test(value)) element.setAttribute(name, value)
  }
  element.append(...Array.from(node.childNodes, safeNode).filter(Boolean))
  return element
}

/** rich-text nodes given as objects: {name, attrs, children} and {type: 'text', text}. */
export function nodesFromObjects(nodes) {
  return nodes.map((node) => {
    if (node.type === 'text') return document.createTextNode(String(node.text ?? '').replace(/&nbsp;/g, ' '))
    const source = document.createElement(RICH_TAGS.has(node.name) ? node.name : 'span')
    for (const [name, value] of Object.entries(node.attrs || {})) {
      if (name === 'style') source.style.cssText = value
      else if (name === 'class' || RICH_ATTRIBUTES.has(name)) source.setAttribute(name, value)
    }
    const element = safeNode(source)
    element.append(...nodesFromObjects(node.children || []))
    return element
  })
}

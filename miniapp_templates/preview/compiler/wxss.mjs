/**
 * WXSS to CSS.
 *
 * All pages of a program live in one document here, while WeChat gives each its own web view. So a page's rules are kept to the
 * page by `:where([jp-route=...])`, which adds no specificity; classes of isolated components carry the component's prefix, as
 * glass-easel writes them; `rpx`, `vh`, the safe area and the colour scheme become variables that the runtime sets.
 */
import postcss from 'postcss'
import selectorParser from 'postcss-selector-parser'
import { BUILTIN_TAGS, PHONE_TAGS } from './tags.mjs'
import { resolve } from './paths.mjs'

const TAGS = new Set([...BUILTIN_TAGS, ...PHONE_TAGS])
const DARK = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/i

/** Lengths that only exist in WXSS, in a declaration's value or an inline style. */
export function convertUnits(value) {
  return value
    .replace(/(-?\d*\.?\d+)rpx\b/gi, 'calc(var(--rpx)*$1)')
    .replace(/(-?\d*\.?\d+)[dsl]?vh\b/gi, 'calc(var(--vh)*$1)')
    .replace(/\b(?:env|constant)\(\s*safe-area-inset-(top|right|bottom|left)\s*(?:,[^()]*)?\)/gi, 'var(--safe-$1)')
}

function convertSelector(selector, { prefix, route, theme }) {
  return selectorParser((list) => {
    list.walk((node) => {
      if (node.type === 'tag' && TAGS.has(node.value)) node.value = `wx-${node.value}`
      else if (node.type === 'tag' && node.value === 'page') node.value = 'wx-page'
      else if (node.type === 'class' && prefix) node.value = `${prefix}--${node.value}`
      else if (node.type === 'pseudo' && node.value === ':host') {
        node.replaceWith(selectorParser.attribute({ attribute: 'wx-host', value: prefix, quoteMark: '"', operator: '=', raws: {} }))
      }
    })
    const outer = (theme ? `:where([data-theme="${theme}"]) ` : '') + (route ? `:where([jp-route="${route}"]) ` : '')
    if (!outer) return
    list.each((one) => {
      one.first.spaces.before = ''
      one.prepend(selectorParser.tag({ value: outer }))
    })
  }).processSync(selector)
}

/** Takes `(prefers-color-scheme: …)` out of a media query: the runtime's theme switch decides instead of the system. */
function splitTheme(params) {
  const found = DARK.exec(params)
  if (!found) return { theme: null, rest: params }
  const rest = params.replace(DARK, '').replace(/^\s*and\s+|\s+and\s*$|\s+and\s+(?=and\s)/gi, ' ').trim()
  return { theme: found[1].toLowerCase(), rest }
}

/**
 * Compiles one style sheet with everything it imports.
 * @param files map of path to text
 * @param path the .wxss file
 * @param scope {prefix: class prefix of an isolated component, route: path of the page it belongs to}
 * @param report called with (severity, file, line, message)
 */
export function compileWxss(files, path, scope, report, seen = new Set()) {
  const source = files.get(path)
  if (source === undefined || seen.has(path)) return ''
  seen.add(path)
  let root
  try {
    root = postcss.parse(source, { from: path })
  } catch (error) {
    report('error', path, error.line || 1, `WXSS: ${error.reason || error.message}`)
    return ''
  }
  const imported = []
  root.walkAtRules('import', (rule) => {
    const match = /^(?:url\()?\s*['"]?([^'")]+)['"]?\s*\)?/.exec(rule.params)
    const target = match && resolve(match[1].endsWith('.wxss') ? match[1] : `${match[1]}.wxss`, path)
    if (target && files.has(target)) imported.push(compileWxss(files, target, scope, report, seen))
    else report('error', path, rule.source.start.line, `@import of a style sheet that is not there: ${rule.params}`)
    rule.remove()
  })
  root.walkDecls((declaration) => {
    if (/url\(\s*['"]?(?!data:|https?:|['"])/i.test(declaration.value)) {
      report('warning', path, declaration.source.start.line, 'WeChat loads no local file from WXSS: use an image tag or a data URL')
    }
    declaration.value = convertUnits(declaration.value)
  })
  const themed = []
  root.walkAtRules('media', (media) => {
    const { theme, rest } = splitTheme(media.params)
    if (theme) themed.push([media, theme, rest])
  })
  const themeOf = new Map(themed.map(([media, theme]) => [media, theme]))
  root.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && /keyframes$/i.test(rule.parent.name)) return
    let theme = null
    for (let up = rule.parent; up; up = up.parent) theme = theme || themeOf.get(up) || null
    try {
      rule.selector = convertSelector(rule.selector, { ...scope, theme })
    } catch (error) {
      report('error', path, rule.source.start.line, `WXSS selector: ${error.message}`)
    }
  })
  for (const [media, , rest] of themed) {
    if (rest) media.params = rest
    else media.replaceWith(media.nodes)
  }
  return [...imported, root.toString()].join('\n')
}

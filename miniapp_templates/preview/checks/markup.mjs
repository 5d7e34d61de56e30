/** What can be read off WXML: unknown tags, pictures that are not there, methods that are called in `{{ }}`. */
import { BUILTIN_TAGS, PHONE_TAGS, SYNTAX_TAGS } from '../compiler/tags.mjs'
import { resolve } from '../compiler/paths.mjs'
import { scanTags } from '../compiler/wxml.mjs'

const KNOWN = new Set([...BUILTIN_TAGS, ...PHONE_TAGS, ...SYNTAX_TAGS])
const FILES_IN = { image: ['src'], 'cover-image': ['src'], video: ['src', 'poster'], audio: ['src'] }

/** Templates that a file pulls in: they see the components of the page that uses them. */
function templateUsers(files) {
  const users = new Map()
  for (const [path, source] of files) {
    if (!path.endsWith('.wxml')) continue
    for (const tag of scanTags(source)) {
      if ((tag.name !== 'import' && tag.name !== 'include') || !tag.attributes.src) continue
      const target = resolve(tag.attributes.src.endsWith('.wxml') ? tag.attributes.src : `${tag.attributes.src}.wxml`, path)
      users.set(target, [...(users.get(target) || []), path])
    }
  }
  return users
}

/** @param names every file of the program, as a set */
export function checkMarkup(files, names, program, report) {
  const users = templateUsers(files)
  const componentsOf = (path, seen = new Set()) => {
    if (seen.has(path)) return new Set()
    seen.add(path)
    const own = program.json[path.replace(/\.wxml$/, '')]
    const known = new Set([...Object.keys(own?.usingComponents || {}), ...Object.keys(own?.componentGenerics || {}), ...Object.keys(program.app.usingComponents || {})])
    for (const user of users.get(path) || []) for (const name of componentsOf(user, seen)) known.add(name)
    return known
  }
  for (const [path, source] of files) {
    if (!path.endsWith('.wxml')) continue
    const known = componentsOf(path)
    for (const { name, line, attributes } of scanTags(source)) {
      if (!KNOWN.has(name) && !known.has(name)) report('tags', 'error', path, line, `unknown tag <${name}>: neither built in nor in usingComponents`)
      for (const attribute of FILES_IN[name] || []) {
        const value = attributes[attribute]
        if (!value || /\{\{|^(https?:|data:|wxfile:|\/\/|\/media\/|\/static\/)/.test(value)) continue
        const target = resolve(value, path)
        if (!names.has(target)) report('assets', 'error', path, line, `there is no file ${target}`)
      }
    }
    for (const match of source.matchAll(/\{\{([^}]*)\}\}/g)) {
      if (/(?:^|[^\w.$])(?!\d)[\w$]+(?:\.[\w$]+)*\.(?:toFixed|toString|map|join|slice|split|replace|filter|indexOf|includes|trim)\s*\(/.test(match[1])) {
        const line = source.slice(0, match.index).split('\n').length
        report('expressions', 'error', path, line, `a method call in {{ }} gives nothing in WeChat: ${match[1].trim()} (use WXS)`)
      }
    }
  }
}

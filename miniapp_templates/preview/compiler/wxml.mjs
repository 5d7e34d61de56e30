/**
 * WXML to JavaScript by glass-easel's own compiler, and a small scanner that tells which tags and attributes stand where.
 */
import { createRequire } from 'node:module'
import { lineAt, resolve } from './paths.mjs'

const { TmplGroup } = createRequire(import.meta.url)('glass-easel-template-compiler')

// Regular expressions and dates exist in WXS only through these two functions.
const WXS_RUNTIME = 'var getRegExp=function(s,f){return new RegExp(s,f)},getDate=function(){return arguments.length?' +
  'new (Function.prototype.bind.apply(Date,[null].concat([].slice.call(arguments))))():new Date()};'

// In WXS `x.constructor` is a string such as "Array"; the runtime answers to this name instead.
const convertWxs = (source) => source.replace(/\.constructor\b/g, '.__wxsConstructor')

/** Collects templates and WXS scripts and turns them all into one expression. */
export class Templates {
  #group = new TmplGroup()
  #seen = new Set()
  #files
  #report

  constructor(files, report) {
    this.#files = files
    this.#report = report
  }

  /** Adds a template with everything it imports; `from` is the file and line that ask for it. */
  add(path, from = { file: `${path}.json`, line: 1 }) {
    if (this.#seen.has(path)) return
    this.#seen.add(path)
    const source = this.#files.get(`${path}.wxml`)
    if (source === undefined) {
      this.#report('error', from.file, from.line, `template not found: ${path}.wxml`)
      return
    }
    const converted = source.replace(/(<wxs\b[^>]*>)([\s\S]*?)(<\/wxs>)/g, (_, open, body, close) => open + convertWxs(body) + close)
    for (const found of this.#group.addTmpl(path, converted) || []) {
      this.#report(found.isError ? 'error' : 'warning', `${found.path}.wxml`, found.startLine + 1, found.message)
    }
    const lineOf = (name) => lineAt(source, Math.max(0, source.indexOf(name.split('/').pop())))
    for (const other of this.#group.getDirectDependencies(path)) this.add(other, { file: `${path}.wxml`, line: lineOf(other) })
    for (const script of this.#group.getScriptDependencies(path)) this.#addScript(script, { file: `${path}.wxml`, line: lineOf(script) })
  }

  #addScript(name, from) {
    const path = name.replace(/\.wxs$/, '')
    if (this.#seen.has(`${path}.wxs`)) return
    this.#seen.add(`${path}.wxs`)
    const source = this.#files.get(`${path}.wxs`)
    if (source === undefined) {
      this.#report('error', from.file, from.line, `WXS module not found: ${path}.wxs`)
      return
    }
    // The compiler asks for a module by either name, depending on who requires it.
    this.#group.addScript(path, convertWxs(source))
    this.#group.addScript(`${path}.wxs`, convertWxs(source))
    for (const match of source.matchAll(/require\(\s*['"]([^'"]+)['"]\s*\)/g)) {
      this.#addScript(resolve(match[1], path), { file: `${path}.wxs`, line: lineAt(source, match.index) })
    }
  }

  /** The JavaScript expression of all templates: an object by path. */
  generate() {
    this.#group.setExtraRuntimeScript(WXS_RUNTIME)
    return this.#group.getTmplGenObjectGroups()
  }
}

/** Compiles the fixed templates of the built-in components, for the runtime bundle. */
export function compileBuiltinTemplates(templates) {
  const group = new TmplGroup()
  for (const [name, source] of Object.entries(templates)) {
    for (const found of group.addTmpl(name, source)) throw new Error(`template of ${name}: ${found.message}`)
  }
  return group.getTmplGenObjectGroups()
}

/**
 * Lists the opening tags of a WXML source: {name, line, attributes: {name: value}}. Comments and WXS bodies are skipped;
 * quotes and `{{ }}` may contain `>`.
 */
export function scanTags(source) {
  const blank = (text) => text.replace(/[^\n]/g, ' ')
  const clean = source.replace(/<!--[\s\S]*?-->/g, blank).replace(/(<wxs\b[^>]*>)([\s\S]*?)(<\/wxs>)/g, (_, open, body, close) => open + blank(body) + close)
  const tags = []
  const opening = /<([a-zA-Z][\w-]*)((?:\s+[^\s=>/"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+))?|\s+|\/(?!>))*)\s*\/?>/g
  for (const match of clean.matchAll(opening)) {
    const attributes = {}
    for (const [, name, double, single, bare] of match[2].matchAll(/([^\s=>/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
      attributes[name] = double ?? single ?? bare ?? ''
    }
    tags.push({ name: match[1], line: lineAt(clean, match.index), attributes })
  }
  return tags
}

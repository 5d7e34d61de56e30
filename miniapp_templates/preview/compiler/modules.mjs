/**
 * The program's JavaScript: which files are reached from app.js, pages and components, and what each `require` means.
 * A source goes into the browser as it is, inside a function; only `import`/`export` is turned into `require` first, as WeChat does.
 */
import esbuild from 'esbuild'
import { find, lineAt } from './paths.mjs'

const ESM = /^\s*(?:import\s*[\w{*'"]|export\s+(?:default|const|let|var|function|class|async|\{|\*))/m

/** Names of the browser that do not exist in WeChat's logic layer: reading one gives undefined, as on a phone. */
export const HIDDEN_GLOBALS = ['window', 'self', 'document', 'location', 'history', 'navigator', 'localStorage', 'sessionStorage',
  'indexedDB', 'fetch', 'XMLHttpRequest', 'WebSocket', 'alert', 'confirm', 'prompt', 'parent', 'top', 'frames', 'importScripts']

const PARAMETERS = ['require', 'module', 'exports', 'Page', 'Component', 'Behavior', 'App', 'getApp', 'getCurrentPages', 'wx', 'global']

/** Collects modules from the given entries. @returns {path: {source, requires: {as written: path}}} */
export function collectModules(files, entries, report) {
  const modules = {}
  const visit = (path, from) => {
    if (path in modules) return
    const original = files.get(`${path}.js`)
    if (original === undefined) {
      report('error', from.file, from.line, `script not found: ${path}.js`)
      return
    }
    modules[path] = { source: '', requires: {} }
    let stripped
    try {
      const options = { loader: 'js', sourcefile: `${path}.js`, target: 'es2022' }
      stripped = esbuild.transformSync(original, { ...options, format: ESM.test(original) ? 'cjs' : undefined, legalComments: 'none' }).code
    } catch (error) {
      for (const one of error.errors || []) report('error', `${path}.js`, one.location?.line || 1, one.text)
      return
    }
    modules[path].source = ESM.test(original) ? stripped : original
    for (const [, name] of stripped.matchAll(/\brequire(?:\.async)?\(\s*["']([^"']+)["']\s*\)/g)) {
      const line = lineAt(original, Math.max(0, original.search(new RegExp(`['"]${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`))))
      const found = find(files, name.replace(/\.js$/, ''), path, '.js')
      if (!found) report('error', `${path}.js`, line, `require('${name}'): there is no such file`)
      else {
        modules[path].requires[name] = found
        visit(found, { file: `${path}.js`, line })
      }
    }
  }
  for (const path of entries) visit(path, { file: `${path}.json`, line: 1 })
  return modules
}

/** One module as the text of an object entry. The inner function lets the program use any name of its own. */
export function wrapModule(path, { source, requires }) {
  return `${JSON.stringify(path)}:{requires:${JSON.stringify(requires)},run:function(${[...PARAMETERS, ...HIDDEN_GLOBALS].join(',')}){` +
    `return (function(){"use strict";${source}\n}).call(undefined)}}`
}

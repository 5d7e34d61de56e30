/**
 * Compiles a whole mini program: a pure function from its files to what the runtime needs, and a list of findings.
 */
import esbuild from 'esbuild'
import { find } from './paths.mjs'
import { Templates } from './wxml.mjs'
import { compileWxss } from './wxss.mjs'
import { collectModules, wrapModule } from './modules.mjs'

/** Pages of app.json, main package first, with the subpackage each belongs to ("" for the main one). */
export function listPages(app) {
  const pages = (app.pages || []).map((path) => ({ path, root: '' }))
  for (const sub of app.subPackages || app.subpackages || []) {
    const root = String(sub.root || '').replace(/^\/|\/$/g, '')
    for (const page of sub.pages || []) pages.push({ path: `${root}/${page}`, root })
  }
  return pages
}

/** Which style isolation a component has by its JSON, as WeChat decides it. */
function isolationOf(json) {
  return json.styleIsolation || (json.component ? (json.addGlobalClass ? 'apply-shared' : 'isolated') : 'shared')
}

/**
 * @param files map of path to text of all .js, .json, .wxml, .wxss, .wxs files
 * @returns {program: object for the runtime, templates: JS expression, modules: by path, findings: [{severity, file, line, message}]}
 */
export function compileProgram(files) {
  const findings = []
  const report = (severity, file, line, message) => findings.push({ severity, file, line, message })
  const readJson = (path) => {
    const text = files.get(path)
    if (text === undefined) return {}
    try {
      return JSON.parse(text)
    } catch (error) {
      const [line, message] = explainJson(text, error)
      report('error', path, line, `JSON: ${message}`)
      return {}
    }
  }

  if (!files.has('app.json')) report('error', 'app.json', 1, 'a mini program has an app.json')
  const app = readJson('app.json')
  const pages = listPages(app).map((page) => page.path)
  if (app.tabBar?.custom) report('warning', 'app.json', 1, 'a custom tab bar is drawn as the native one in the preview')
  const components = new Map()
  let appUsing = {}

  const visit = (path) => {
    if (components.has(path)) return
    const json = readJson(`${path}.json`)
    components.set(path, json)
    json.usingComponents = { ...appUsing, ...resolveUsing(json.usingComponents, path) }
    for (const generic of Object.values(json.componentGenerics || {})) {
      const target = generic?.default && find(files, generic.default, path, '.json')
      if (target) {
        generic.default = `/${target}`
        visit(target)
      }
    }
  }
  const resolveUsing = (using, from) => {
    const resolved = {}
    for (const [name, reference] of Object.entries(using || {})) {
      if (reference.startsWith('plugin://')) {
        report('warning', `${from}.json`, 1, `plugin component ${reference} is not drawn in the preview`)
        continue
      }
      const target = find(files, reference, from, '.json')
      if (!target) {
        const line = (files.get(`${from}.json`) || '').split('\n').findIndex((text) => text.includes(`"${name}"`)) + 1
        report('error', `${from}.json`, line || 1, `component not found: ${name} (${reference})`)
        continue
      }
      resolved[name] = `/${target}`
      visit(target)
    }
    return resolved
  }

  appUsing = resolveUsing(app.usingComponents, 'app')
  for (const json of components.values()) json.usingComponents = { ...appUsing, ...json.usingComponents }
  for (const page of pages) {
    if (files.has(`${page}.wxml`) || files.has(`${page}.js`)) visit(page)
    else report('error', 'app.json', lineOfText(files.get('app.json'), page.split('/').pop()), `page not found: ${page}`)
  }

  const templates = new Templates(files, report)
  const styles = { app: compileWxss(files, 'app.wxss', {}, report) }
  const json = {}
  let scopes = 0
  for (const [path, config] of components) {
    templates.add(path)
    const isolation = isolationOf(config)
    const prefix = isolation === 'shared' || isolation === 'page-shared' ? '' : `s${(scopes++).toString(36)}`
    const route = pages.includes(path) ? path : ''
    styles[path] = compileWxss(files, `${path}.wxss`, { prefix, route }, report)
    json[path] = { ...config, scope: prefix }
  }
  const modules = collectModules(files, ['app', ...components.keys()], report)
  const theme = app.themeLocation ? readJson(app.themeLocation.replace(/^\//, '')) : {}
  const existing = pages.filter((page) => components.has(page))
  return {
    program: { app, appId: readJson('project.config.json').appid || '', theme, pages: existing, components: [...components.keys()], json, styles },
    templates: templates.generate(),
    modules,
    findings,
  }
}

/** JSON.parse tells no line; esbuild does. */
function explainJson(text, error) {
  try {
    esbuild.transformSync(text, { loader: 'json', logLevel: 'silent' })
  } catch ({ errors }) {
    if (errors?.length) return [errors[0].location?.line || 1, errors[0].text]
  }
  return [1, error.message]
}

function lineOfText(text, needle) {
  const index = (text || '').split('\n').findIndex((line) => line.includes(needle))
  return index < 0 ? 1 : index + 1
}

/** The script that hands a compiled program to the runtime. */
export function printProgram({ program, templates, modules }) {
  const scripts = Object.entries(modules).map(([path, module]) => wrapModule(path, module))
  return `JishiPreview.start(${JSON.stringify(program)},${templates},{\n${scripts.join(',\n')}\n});\n`
}

/** Components, behaviours and modules of the running program. */
import * as adapter from 'glass-easel-miniprogram-adapter'
import { host, announce } from './host.js'
import { log } from './log.js'
import { PreviewBackend } from './backend.js'
import { registerBuiltins } from './builtins/index.js'
import { extendComponents } from './methods.js'

const { glassEasel } = adapter
const STRING_BEHAVIORS = {
  'wx://form-field': { name: { type: String, value: '' }, value: { type: null, value: '' } },
  'wx://form-field-group': {},
  'wx://form-field-button': {},
  'wx://component-export': {},
}

/** Makes the space and registers everything the program has. @returns {associated, codeSpace, components} */
export function createSpace(program, templates, modules) {
  const env = new adapter.MiniProgramEnv()
  const codeSpace = env.createCodeSpace('', true)
  const backend = new PreviewBackend()
  backend.onEvent((target, type, detail, options) => glassEasel.triggerEvent(target, type, detail, options))
  registerBuiltins(codeSpace.getComponentSpace())
  extendComponents(adapter)
  const associated = env.associateBackend(backend)

  const behaviors = {}
  for (const [name, properties] of Object.entries(STRING_BEHAVIORS)) {
    behaviors[name] = codeSpace.behavior().definition({ properties }).register()
  }
  // The adapter knows behaviours as objects only.
  const translate = (definition) => {
    if (!definition?.behaviors) return definition
    const known = definition.behaviors.map((one) => {
      if (typeof one !== 'string') return one
      if (!behaviors[one]) log('warning', `unknown behaviour ${one}`)
      return behaviors[one]
    }).filter(Boolean)
    return { ...definition, behaviors: known }
  }

  // What Page() and Component() mean while the file of one component runs.
  const making = { Page: null, Component: null, Behavior: null }
  const load = makeLoader(modules, {
    Page: (definition) => making.Page(translate(definition)),
    Component: (definition) => making.Component(translate(definition)),
    Behavior: (definition) => (making.Behavior || codeSpaceBehavior)(translate(definition)),
  })
  const codeSpaceBehavior = (definition) => codeSpace.behavior().definition(definition).register()

  codeSpace.addStyleSheet('app', 'app')
  associated.registerStyleSheetContent('app', program.styles.app || '')
  for (const path of program.components) {
    const { scope, ...config } = program.json[path]
    codeSpace.addComponentStaticConfig(path, config)
    if (templates[path]) codeSpace.addCompiledTemplate(path, { groupList: templates, content: templates[path] })
    codeSpace.addStyleSheet(path, path, scope || undefined)
    associated.registerStyleSheetContent(path, program.styles[path] || '')
  }

  load('app')
  const isPage = new Set(program.pages)
  const ordered = [...program.components].sort((a, b) => isPage.has(a) - isPage.has(b))
  for (const path of ordered) {
    codeSpace.componentEnv(path, (given) => {
      Object.assign(making, given)
      try {
        load(path)
      } catch (error) {
        log('error', `${path}.js`, String(error.stack || error))
      }
    })
  }
  return { associated, codeSpace }
}

function makeLoader(modules, makers) {
  const loaded = {}
  const global = {}
  const App = (options) => {
    host.app = Object.assign(Object.create({}), options)
  }
  const getCurrentPages = () => host.stack.map((page) => page.instance)
  const load = (path) => {
    if (loaded[path]) return loaded[path].exports
    const found = modules[path]
    if (!found) throw new Error(`module '${path}.js' is not defined`)
    const module = (loaded[path] = { exports: {} })
    const require = (name) => {
      const target = found.requires[name]
      if (!target) throw new Error(`module '${name}' is not defined, require args is '${name}' (in ${path}.js)`)
      return load(target)
    }
    require.async = async (name) => require(name)
    found.run(require, module, module.exports, makers.Page, makers.Component, makers.Behavior, App, () => host.app, getCurrentPages, host.wx, global)
    return module.exports
  }
  return load
}

/** Uncaught errors reach the log, App.onError and wx.onError. */
export function watchErrors() {
  const report = (error) => {
    const text = String(error?.stack || error)
    log('error', 'uncaught', text)
    host.app?.onError?.(text)
    announce('Error', text)
  }
  window.addEventListener('error', (event) => report(event.error || event.message))
  window.addEventListener('unhandledrejection', (event) => {
    const reason = event.reason
    // WeChat only warns of a promise that rejects with an API's own answer.
    if (reason?.errMsg) log('warning', 'unhandled rejection', reason)
    else report(reason)
    announce('UnhandledRejection', { reason })
    host.app?.onUnhandledRejection?.({ reason })
  })
  glassEasel.globalOptions.throwGlobalError = false
  glassEasel.addGlobalErrorListener((error, meta) => {
    report(error)
    return false
  })
  glassEasel.addGlobalWarningListener((message) => {
    log('warning', String(message))
    return false
  })
}

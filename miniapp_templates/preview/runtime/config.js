/** Configuration of app.json and of a page, with the variables of theme.json put in. */
import { host } from './host.js'
import { theme } from './settings.js'

function themed(value) {
  if (typeof value === 'string' && value.startsWith('@')) return host.program.theme?.[theme()]?.[value.slice(1)] ?? ''
  if (Array.isArray(value)) return value.map(themed)
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, themed(one)]))
  return value
}

/** Window settings of a page: those of app.json, then its own. */
export const pageConfig = (path) => themed({ ...host.program.app.window, ...host.program.json[path] })

/** The tab bar of app.json, or null. */
export const tabBarConfig = () => (host.program.app.tabBar ? themed(host.program.app.tabBar) : null)

export const tabIndex = (path) => (host.program.app.tabBar?.list || []).findIndex((tab) => tab.pagePath === path)

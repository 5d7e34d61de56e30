/** Calls to the server that plays WeChat for the preview (login, cashier); relative to the program's address. */
import { networkType } from '../settings.js'
import { log } from '../log.js'

const TIMEOUT_MS = 15000

const cookie = (name) => document.cookie.split('; ').find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) || ''

/** POSTs JSON to `../<path>`. @returns {ok, status, body, problem} and never throws */
export async function post(path, data) {
  if (networkType() === 'none') return { ok: false, status: 0, body: null, problem: 'network is offline' }
  try {
    const response = await fetch(new URL(`../${path}`, document.baseURI), {
      method: 'POST', body: JSON.stringify(data), credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'x-csrftoken': cookie('csrftoken') },
    })
    const body = await response.json().catch(() => null)
    if (!response.ok) log('warning', `preview ${path}`, { status: response.status, body })
    return { ok: response.ok, status: response.status, body, problem: response.ok ? '' : body?.detail || `HTTP ${response.status}` }
  } catch (error) {
    return { ok: false, status: 0, body: null, problem: String(error.message || error) }
  }
}

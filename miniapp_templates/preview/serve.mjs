/**
 * Development server: compiles a program, serves it, compiles it again when a file changes.
 *
 *     node serve.mjs <program folder> [--port 8123] [--api http://127.0.0.1:8000] [--store demo]
 *
 * The program runs at /preview/<store>/app/ and everything else is passed on to `--api`; without it wx.login answers with a made-up
 * code and the cashier with a made-up bill, so that pages can be looked at with no server at all.
 */
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { compileFolder } from './compile.mjs'

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', svg: 'image/svg+xml', gif: 'image/gif', json: 'application/json' }
const POLICY = "default-src 'self'; img-src * data: blob:; media-src * blob:; connect-src *; style-src 'self'; script-src 'self'"

const option = (name, fallback) => {
  const index = process.argv.indexOf(`--${name}`)
  return index > 0 ? process.argv[index + 1] : fallback
}

const source = path.resolve(process.argv[2] || '.')
const port = Number(option('port', 8123))
const api = option('api', '')
const store = option('store', 'demo')
const target = path.join(os.tmpdir(), `jishi-preview-${port}`)
const base = `/preview/${store}/app/`

// The program is served by the host it talks to, like the generated preview.
function sameOrigin(files) {
  const config = files.get('config.js')
  if (config) files.set('config.js', config.replace(/apiBase:\s*(['"]).*?\1/, "apiBase: ''"))
}

async function compile() {
  const result = await compileFolder(source, target, { lenient: true, edit: sameOrigin })
  for (const { file, line, severity, message } of result.findings) console.log(`${file}:${line}: ${severity}: ${message}`)
  console.log(`compiled in ${result.milliseconds} ms`)
}

function answer(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function made(url, response) {
  if (url === `/preview/${store}/wx/login`) return answer(response, 200, { code: `made-up-${Date.now()}` })
  if (url === `/preview/${store}/wx/cashier`) {
    return answer(response, 200, { prepay_id: 'made-up', description: 'A made-up bill', amount: 8800, currency: 'CNY', merchant: 'Preview', state: 'NOTPAY' })
  }
  if (url.startsWith(`/preview/${store}/wx/cashier/`)) return answer(response, 200, { state: 'SUCCESS' })
  return answer(response, 502, { type: '/problems/no-api', title: 'No server', status: 502, detail: 'serve.mjs was started without --api' })
}

function pass(request, response) {
  const url = new URL(request.url, api)
  const forward = http.request(url, { method: request.method, headers: { ...request.headers, host: url.host } }, (answered) => {
    response.writeHead(answered.statusCode, answered.headers)
    answered.pipe(response)
  })
  forward.on('error', (error) => answer(response, 502, { type: '/problems/no-api', title: 'No server', status: 502, detail: error.message }))
  request.pipe(forward)
}

function file(url, response) {
  const name = decodeURIComponent(url.slice(base.length)) || 'index.html'
  const full = path.join(target, name)
  if (!full.startsWith(target + path.sep) || !fs.existsSync(full) || !fs.statSync(full).isFile()) {
    response.writeHead(404)
    response.end()
    return
  }
  response.writeHead(200, { 'content-type': TYPES[path.extname(full).slice(1)] || 'application/octet-stream', 'cache-control': 'no-store', 'content-security-policy': POLICY })
  fs.createReadStream(full).pipe(response)
}

await compile()
http.createServer((request, response) => {
  const url = request.url.split('?')[0]
  if (url === '/') {
    response.writeHead(302, { location: base })
    response.end()
  } else if (url.startsWith(base)) file(url, response)
  else if (api) pass(request, response)
  else made(url, response)
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}${base}`))

let timer = null
fs.watch(source, { recursive: true }, () => {
  clearTimeout(timer)
  timer = setTimeout(() => compile().catch((error) => console.error(error)), 150)
})

/**
 * WeChat's own compilers wcc and wcsc, as npm's miniprogram-compiler carries them (builds of 2019 and 2020 for Linux x64). They refuse
 * what glass-easel lets pass, such as `??`, `?.` and template literals in `{{ }}`.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), '../node_modules/miniprogram-compiler/bin/linux')
const AT_ONCE = 4

const run = (binary, args, cwd) => new Promise((done) => {
  execFile(binary, args, { cwd, maxBuffer: 64 * 1024 * 1024, timeout: 30000 }, (error, _, stderr) => {
    const crashed = error && (error.killed || typeof error.code !== 'number')
    done({ code: error ? error.code ?? 1 : 0, stderr, crashed: crashed ? String(error.message).split('\n')[0] : '' })
  })
})

async function each(items, work) {
  const queue = [...items]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (queue.length) await work(queue.shift())
  }))
}

/** @returns null, or why the compilers cannot run here */
export async function checkOfficial(folder, files, report) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `WeChat's compilers wcc and wcsc exist for Linux x64 only; this is ${process.platform} ${process.arch}`
  }
  const [wcc, wcsc] = ['wcc', 'wcsc'].map((name) => path.join(FOLDER, name))
  if (!fs.existsSync(wcc)) return 'WeChat\'s compilers are not installed (npm ci without --omit=dev)'
  for (const binary of [wcc, wcsc]) fs.chmodSync(binary, 0o755)
  const sheets = [...files.keys()].filter((name) => name.endsWith('.wxss'))
  const scripts = [...files.keys()].filter((name) => name.endsWith('.wxs'))
  const refused = []
  await each([...files.keys()].filter((name) => name.endsWith('.wxml')), async (name) => {
    const { code, stderr, crashed } = await run(wcc, ['-d', name, ...scripts], folder)
    if (code === 0) return
    const match = /:(\d+):\d+:\s*(.*)/.exec(stderr)
    refused.push(['wcc', name, match ? Number(match[1]) : 1, crashed || (match ? match[2] : stderr.trim()) || `exit code ${code}`])
  })
  await each(sheets, async (name) => {
    const { code, stderr, crashed } = await run(wcsc, ['-lc', name, ...sheets.filter((one) => one !== name)], folder)
    if (code === 0) return
    const match = /ERR:\s*([^\s(]+)\((\d+):\d+\):\s*([^\n]*)/.exec(stderr)
    if (match && match[1] !== name && match[1] !== `./${name}`) return
    refused.push(['wcsc', name, match ? Number(match[2]) : 1, crashed || (match ? match[3] : stderr.trim()) || `exit code ${code}`])
  })
  for (const [tool, file, line, message] of refused.sort((a, b) => (a[1] < b[1] ? -1 : 1))) report('official', 'error', file, line, `${tool}: ${message.trim()}`)
  return null
}

/** Reading a program from disk and writing what was compiled. */
import fs from 'node:fs'
import path from 'node:path'

const TEXT = /\.(js|json|wxml|wxss|wxs)$/

// Never part of a program: what tools leave behind.
const IGNORED = /^(node_modules|\.git|\.DS_Store)$/

/** Reads a program. @returns {files: map of path to text, assets: [path], sizes: map of path to bytes} */
export function readProgram(folder) {
  const files = new Map()
  const assets = []
  const sizes = new Map()
  const walk = (relative) => {
    for (const entry of fs.readdirSync(path.join(folder, relative), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (IGNORED.test(entry.name)) continue
      const name = relative ? `${relative}/${entry.name}` : entry.name
      if (entry.isDirectory()) walk(name)
      else if (entry.isFile()) {
        const full = path.join(folder, name)
        sizes.set(name, fs.statSync(full).size)
        if (TEXT.test(name)) files.set(name, fs.readFileSync(full, 'utf8'))
        else assets.push(name)
      }
    }
  }
  walk('')
  return { files, assets, sizes }
}

/** Replaces the folder `target` by the entries {name: text | {from: file}}, so that a reader sees the old or the new one whole. */
export function writeFolder(target, entries) {
  const fresh = `${target}.new-${process.pid}`
  fs.rmSync(fresh, { recursive: true, force: true })
  for (const [name, content] of Object.entries(entries)) {
    const file = path.join(fresh, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    if (typeof content === 'string') fs.writeFileSync(file, content)
    else fs.copyFileSync(content.from, file)
  }
  const old = `${target}.old-${process.pid}`
  fs.mkdirSync(path.dirname(target), { recursive: true })
  if (fs.existsSync(target)) fs.renameSync(target, old)
  fs.renameSync(fresh, target)
  fs.rmSync(old, { recursive: true, force: true })
}

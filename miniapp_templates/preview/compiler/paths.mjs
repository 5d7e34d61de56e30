/**
 * How a mini program names its files. Every path inside the compiler is relative to the program's root, with forward slashes
 * and no leading one; a reference (in WXML, JSON, WXSS, require) is absolute with `/` or relative to the file that makes it.
 */

/** Resolves `reference` as it stands in the file `from`; `..` never climbs out of the program. */
export function resolve(reference, from) {
  const start = reference.startsWith('/') ? [] : from.split('/').slice(0, -1)
  const out = []
  for (const part of [...start, ...reference.split('/')]) {
    if (part === '' || part === '.') continue
    if (part === '..') out.pop()
    else out.push(part)
  }
  return out.join('/')
}

/**
 * Finds the component or module that a reference means: beside the file, `<folder>/index`, then `miniprogram_npm` folders upwards.
 * @returns the path without extension, or null
 */
export function find(files, reference, from, extension) {
  const existing = (path) => {
    if (files.has(path + extension)) return path
    return files.has(`${path}/index${extension}`) ? `${path}/index` : null
  }
  const near = existing(resolve(reference, from))
  if (near || /^[./]/.test(reference)) return near
  const folders = from.split('/').slice(0, -1)
  for (let depth = folders.length; depth >= 0; depth--) {
    const found = existing([...folders.slice(0, depth), 'miniprogram_npm', reference].join('/'))
    if (found) return found
  }
  return null
}

/** The 1-based line of an offset in a text. */
export function lineAt(text, offset) {
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}

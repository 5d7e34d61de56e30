/**
 * Compiles a mini program for the browser: `node compile.mjs <program folder> <output folder> [--json]`.
 * Writes index.html, runtime.js, runtime.css, program.js and the program's assets. Findings go to the error stream as
 * `file:line: severity: message`; the exit code is 1 when one of them is an error, and then the old output stays.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleRuntime } from './compiler/bundle.mjs'
import { readProgram, writeFolder } from './compiler/files.mjs'
import { compileProgram, printProgram } from './compiler/program.mjs'
import { page } from './compiler/page.mjs'

/**
 * Compiles `source` into `target`.
 * @param options {lenient: write the output in spite of errors, edit: function that may change the map of files first}
 * @returns {findings, milliseconds, bytes}
 */
export async function compileFolder(source, target, { lenient = false, edit } = {}) {
  const started = performance.now()
  const { files, assets } = readProgram(source)
  edit?.(files)
  const compiled = compileProgram(files)
  const script = printProgram(compiled)
  if (lenient || !compiled.findings.some((finding) => finding.severity === 'error')) {
    const runtime = await bundleRuntime()
    const entries = {
      'index.html': page(compiled.program.app), 'runtime.js': runtime.js, 'runtime.css': runtime.css, 'regions.js': runtime.regions,
      'program.js': script,
    }
    for (const asset of assets) entries[asset] = { from: path.join(source, asset) }
    writeFolder(target, entries)
  }
  return { findings: compiled.findings, milliseconds: Math.round(performance.now() - started), bytes: script.length }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [source, target] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
  if (!source || !target) {
    console.error('usage: node compile.mjs <program folder> <output folder> [--json]')
    process.exit(2)
  }
  const result = await compileFolder(path.resolve(source), path.resolve(target))
  if (process.argv.includes('--json')) console.log(JSON.stringify(result))
  else {
    for (const { file, line, severity, message } of result.findings) console.error(`${file}:${line}: ${severity}: ${message}`)
    console.error(`compiled in ${result.milliseconds} ms, program ${(result.bytes / 1024).toFixed(1)} KB`)
  }
  process.exitCode = result.findings.some((finding) => finding.severity === 'error') ? 1 : 0
}

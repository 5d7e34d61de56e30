/** TypeScript's check of the program's JavaScript against WeChat's own typings; without the DOM, so that `window` is an error. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const MODULES = path.join(path.dirname(fileURLToPath(import.meta.url)), '../node_modules')

/** @returns null, or why it cannot run */
export async function checkTypes(folder, files, report) {
  let ts
  try {
    ts = (await import('typescript')).default
  } catch {
    return 'TypeScript is not installed (npm ci without --omit=dev)'
  }
  const scripts = [...files.keys()].filter((name) => name.endsWith('.js')).map((name) => path.join(folder, name))
  const program = ts.createProgram([...scripts, path.join(MODULES, 'miniprogram-api-typings/index.d.ts')], {
    allowJs: true, checkJs: true, noEmit: true, strict: false, skipLibCheck: true, types: [], lib: ['lib.es2020.d.ts'],
    target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.Preserve, moduleResolution: ts.ModuleResolutionKind.Bundler,
  })
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')
    if (!diagnostic.file) {
      report('types', 'error', 'app.js', 1, `TS${diagnostic.code}: ${message}`)
      continue
    }
    const file = path.relative(folder, diagnostic.file.fileName).split(path.sep).join('/')
    if (file.startsWith('..')) continue
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start || 0)
    report('types', 'error', file, line + 1, `TS${diagnostic.code}: ${message}`)
  }
  return null
}

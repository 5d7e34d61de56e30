/** The runtime as two files for the browser: runtime.js and runtime.css. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import esbuild from 'esbuild'
import { compileBuiltinTemplates } from './wxml.mjs'
import { BUILTIN_TEMPLATES } from '../runtime/builtins/templates.js'

const HERE = path.dirname(fileURLToPath(import.meta.url))

/** Bundles the runtime. @returns {js, css, regions}: texts; `regions` is loaded by the region picker alone. */
export async function bundleRuntime({ minify = true } = {}) {
  const common = {
    bundle: true, write: false, minify, target: 'es2022', charset: 'utf8', logLevel: 'warning', legalComments: 'none',
    define: { 'process.env.NODE_ENV': minify ? '"production"' : '"development"' },
  }
  const runtime = await esbuild.build({
    ...common,
    entryPoints: [path.join(HERE, '../runtime/main.js')],
    outdir: 'out', format: 'iife', globalName: 'JishiPreview',
    plugins: [{
      name: 'builtin-templates',
      setup(build) {
        build.onResolve({ filter: /^virtual:builtin-templates$/ }, () => ({ path: 'builtin-templates', namespace: 'virtual' }))
        build.onLoad({ filter: /.*/, namespace: 'virtual' }, () => ({
          loader: 'js', contents: `export default ${compileBuiltinTemplates(BUILTIN_TEMPLATES)}`,
        }))
      },
    }],
  })
  const regions = await esbuild.build({
    ...common, entryPoints: [path.join(HERE, '../runtime/regions.js')], outdir: 'out', format: 'iife',
  })
  const text = (result, ending) => result.outputFiles.find((file) => file.path.endsWith(ending))?.text || ''
  return { js: text(runtime, '.js'), css: text(runtime, '.css'), regions: text(regions, '.js') }
}

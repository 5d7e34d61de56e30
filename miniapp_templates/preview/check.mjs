/**
 * Checks a mini program: `node check.mjs <program folder> [--json]`. Prints {findings: [{check, severity, file, line, message}],
 * skipped: [why a check could not run], pages: [{path, root}]}.
 */
import fs from 'node:fs'
import path from 'node:path'
import { readProgram } from './compiler/files.mjs'
import { compileProgram, listPages } from './compiler/program.mjs'
import { checkMarkup } from './checks/markup.mjs'
import { checkOfficial } from './checks/official.mjs'
import { checkTypes } from './checks/types.mjs'

const folder = fs.realpathSync(path.resolve(process.argv[2] || '.'))
const findings = []
const report = (check, severity, file, line, message) => findings.push({ check, severity, file, line, message })

const { files, sizes } = readProgram(folder)
const compiled = compileProgram(files)
for (const { severity, file, line, message } of compiled.findings) report('compile', severity, file, line, message)
checkMarkup(files, new Set(sizes.keys()), compiled.program, report)
const skipped = (await Promise.all([checkOfficial(folder, files, report), checkTypes(folder, files, report)])).filter(Boolean)

if (process.argv.includes('--json')) console.log(JSON.stringify({ findings, skipped, pages: listPages(compiled.program.app) }))
else {
  for (const { check, severity, file, line, message } of findings) console.log(`${file}:${line}: ${severity}: ${message} [${check}]`)
  for (const reason of skipped) console.log(`not run: ${reason}`)
}
process.exitCode = findings.some((finding) => finding.severity === 'error') ? 1 : 0

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { packageFile } from '../../src/process/package-file.ts'

const run = promisify(execFile)

/** Stand-ins that print what they are asked for, and one span's attributes as the hook for HTTP leaves them. */
const STAND_INS = {
  'sdk-node': `
    export class NodeSDK {
      constructor(options) { this.options = options }
      start() {
        const [{ '@opentelemetry/instrumentation-http': http }] = this.options.instrumentations
        const attributes = { 'url.path': '/v1/contracts/vf/cases/planted', 'http.route': '/v1' }
        http.applyCustomAttributesOnSpan({ setAttributes: (given) => Object.assign(attributes, given) })
        console.log(JSON.stringify({ started: true, name: this.options.serviceName, attributes }))
      }
      async shutdown() { console.log('{"flushed":true}') }
    }`,
  'auto-instrumentations-node': 'export const getNodeAutoInstrumentations = (options) => options',
}

/** A program of its own beside a copy of what starts the traces; @returns what it printed, a line each. */
async function printed(
  t: Test,
  isInstalled: boolean,
  env: Record<string, string>,
): Promise<Record<string, any>[]> {
  const folder = t.testdir({
    'package.json': '{ "type": "module" }',
    'main.js': `console.log('{"main":true}'); process.on('SIGTERM', () => {}); process.kill(process.pid, 'SIGTERM')
      setTimeout(() => {}, 200)`,
    node_modules: {},
  })
  cpSync(packageFile('src/process'), join(folder, 'process'), { recursive: true })
  symlinkSync(packageFile('node_modules/pino'), join(folder, 'node_modules/pino'))
  const scope = join(folder, 'node_modules/@opentelemetry')
  if (isInstalled) {
    for (const [name, code] of Object.entries(STAND_INS)) add(join(scope, name), 'index.js', code)
    add(join(scope, 'instrumentation'), 'hook.mjs', 'export {}')
  }
  const { stdout } = await run(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--import', join(folder, 'process/traces.ts'), 'main.js'],
    { cwd: folder, env: { PATH: process.env.PATH, TAP: undefined, ...env } },
  )
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function add(folder: string, file: string, code: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, file), code)
}

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

t.test('where nobody asks for traces, nothing is started and nothing said', async (t) => {
  t.same(await printed(t, true, {}), [{ main: true }])
  t.same(await printed(t, true, { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }), [{ main: true }])
})

t.test('they are started before the program, tell no path, and are flushed at its end', async (t) => {
  const lines = await printed(t, true, ENDPOINT)
  t.match(lines, [
    { started: true, name: 'waymark', attributes: { 'url.path': '', 'http.route': '/v1' } },
    { main: true },
    { flushed: true },
  ])
  const [own] = await printed(t, true, { ...ENDPOINT, OTEL_SERVICE_NAME: 'waymark-north' })
  t.notOk(own?.name, 'the variable is left to the package')
})

t.test('where the packages are not installed, one line says which, and the program runs', async (t) => {
  const lines = await printed(t, false, ENDPOINT)
  t.equal(lines.length, 2)
  // The log is written at the end of a turn, which versions of Node begin at different times.
  const [warning] = lines.filter(({ msg }) => msg !== undefined)
  t.match(warning?.msg, /npm install .*@opentelemetry\/sdk-node @opentelemetry\/auto-instrumentations-node/)
  t.ok(lines.some(({ main }) => main === true))
})

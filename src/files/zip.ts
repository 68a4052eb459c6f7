import { strToU8, zipSync, type Zippable } from 'fflate'

/** A zip of texts by their path, in their order; `first` stands at its head as it is, uncompressed. */
export function zipped(
  parts: Readonly<Record<string, string>>,
  first: Readonly<Record<string, string>> = {},
) {
  const folder: Zippable = {}
  for (const [path, text] of Object.entries(first)) folder[path] = [strToU8(text), { level: 0 }]
  for (const [path, text] of Object.entries(parts)) folder[path] = strToU8(text)
  // The oldest time that a zip can say, as whatever zone this runs in says it: the same bytes everywhere, at any time.
  return Buffer.from(zipSync(folder, { mtime: new Date(1980, 0, 1) }))
}

/** The characters of windows-1252 from 0x80 on that are not those of ISO 8859-1. */
const UPPER = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/**
 * What turns a line's bytes into text, by the WHATWG's name of their encoding; it throws on what is not in the encoding.
 *
 * Windows-1252 is our own: Node's decoder, in several versions, takes it for ISO 8859-1.
 *
 * @throws {RangeError} if there is no such encoding
 */
export function decoderOf(name: string): {
  encoding: string
  decode: (bytes: Uint8Array | undefined) => string
} {
  // Each line is decoded by itself, so the decoder's own look for a byte-order mark would find one in any line.
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true })
  const { encoding } = decoder
  if (encoding !== 'windows-1252') return { encoding, decode: (bytes) => decoder.decode(bytes) }
  return {
    encoding,
    decode: (bytes = new Uint8Array()) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        .toString('latin1')
        .replaceAll(/[\u0080-\u009f]/g, (one) => UPPER.charAt(one.charCodeAt(0) - 0x80)),
  }
}

/** Where an id comes from: the clock and random bytes. */
export type RecordIdSource = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** So many bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** An id as RFC 9562 has it (UUID version 7): random, and those of a later millisecond sort later, which keeps the indexes of databases compact. */
export function createRecordId({ now, random }: RecordIdSource): string {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  bytes.set(random(16))
  view.setUint16(0, Math.floor(now() / 2 ** 32))
  view.setUint32(2, now() % 2 ** 32)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  return hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

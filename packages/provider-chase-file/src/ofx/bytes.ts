/** Bytes of a file, of which four at a time are read as fast as one. */
export type Bytes = DataView

/** A view of bytes, which shares their memory. */
export function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array): Bytes {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Whether so many bytes from two positions on are equal. All of them must be there. */
export function areEqual(left: Bytes, leftStart: number, right: Bytes, rightStart: number, length: number): boolean {
  const last = length - 4
  for (let index = 0; index < last; index += 4)
    if (left.getInt32(leftStart + index) !== right.getInt32(rightStart + index)) return false
  if (last >= 0) return left.getInt32(leftStart + last) === right.getInt32(rightStart + last)
  for (let index = 0; index < length; index++)
    if (left.getInt8(leftStart + index) !== right.getInt8(rightStart + index)) return false
  return true
}

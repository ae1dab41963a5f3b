import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const day = 86_400_000

/** A tag, a length and what is inside: all that DER is (ITU-T X.690). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...length), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const bits = (bytes: Uint8Array) => der(0x03, Uint8Array.of(0), bytes)
const extension = (id: string, value: Uint8Array) => sequence(oid(id), der(0x04, value))
const time = (milliseconds: number) =>
  der(
    0x17,
    Buffer.from(
      `${new Date(milliseconds)
        .toISOString()
        .replaceAll(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )

const oids = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  subjectAlternativeName: '551d11',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  serverAuthentication: '2b06010505070301',
}

export type Certificate = { key: string; cert: string }

/**
 * A certificate (RFC 5280) for `127.0.0.1` and `localhost`, signed by itself: browsers ask once whether to go on. Only for this machine, and good for 397 days, the most that browsers take.
 */
export function createLocalCertificate(now: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const algorithm = sequence(oid(oids.ecdsaWithSha256))
  const name = sequence(der(0x31, sequence(oid(oids.commonName), der(0x0c, Buffer.from('127.0.0.1')))))
  const names = sequence(der(0x87, Uint8Array.of(127, 0, 0, 1)), der(0x82, Buffer.from('localhost')))
  const toSign = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1), randomBytes(15)),
    algorithm,
    name,
    sequence(time(now - day), time(now + 396 * day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension(oids.subjectAlternativeName, names),
        extension(oids.basicConstraints, sequence()),
        extension(oids.extendedKeyUsage, sequence(oid(oids.serverAuthentication))),
      ),
    ),
  )
  const certificate = sequence(toSign, algorithm, bits(sign('sha256', toSign, privateKey)))
  const lines = certificate.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

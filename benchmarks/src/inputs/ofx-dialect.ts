/** The two ways OFX is written: SGML (1.x), whose leaves are never closed, and XML (2.x). */
export type OfxDialect = 'sgml' | 'xml'

/** Writes elements in a dialect. */
export type OfxWriter = {
  header: string
  leaf(name: string, value: string | number): string
  /** An aggregate around what it holds. */
  open(name: string): string
  close(name: string): string
}

const sgmlHeader = `
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE
`
const xmlHeader = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
`

/** A writer of a dialect, one element a line. */
export function createOfxWriter(dialect: OfxDialect): OfxWriter {
  const isXml = dialect === 'xml'
  return {
    header: isXml ? xmlHeader : sgmlHeader,
    leaf(name, value) {
      const escaped = String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      return isXml ? `<${name}>${escaped}</${name}>\n` : `<${name}>${escaped}\n`
    },
    open: (name) => `<${name}>\n`,
    close: (name) => `</${name}>\n`,
  }
}

/** The sign-on of a file of Chase's. */
export function signOn({ leaf, open, close }: OfxWriter): string {
  return [
    open('SIGNONMSGSRSV1') + open('SONRS'),
    status({ leaf, open, close }),
    leaf('DTSERVER', '20261031120000[0:GMT]') + leaf('LANGUAGE', 'ENG'),
    open('FI') + leaf('ORG', 'B1') + leaf('FID', '10898') + close('FI'),
    leaf('INTU.BID', '10898'),
    close('SONRS') + close('SIGNONMSGSRSV1'),
  ].join('')
}

/** A status that says that all is well. */
export function status({ leaf, open, close }: Pick<OfxWriter, 'leaf' | 'open' | 'close'>): string {
  return open('STATUS') + leaf('CODE', 0) + leaf('SEVERITY', 'INFO') + close('STATUS')
}

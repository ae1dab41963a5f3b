import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { serveCallback } from './callback-server.ts'
import { createLocalCertificate } from './certificate.ts'
import { readConfiguration } from './configuration.ts'
import { localSecret } from './local-secret.ts'
import { start } from './start.ts'

const configuration = readConfiguration(process.env)
const { dataFolder, isLive, origin, port, schwab } = configuration
const { app, sweep } = await start(configuration, console)

serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
console.log(`Open ${origin}${isLive ? '' : ' (sandbox: nothing there is real)'}`)

if (schwab !== null && isLive && new URL(schwab.redirectUri).hostname === '127.0.0.1') {
  const made = localSecret(join(dataFolder, 'certificate.json'), () =>
    JSON.stringify(createLocalCertificate(Date.now())),
  )
  serveCallback(JSON.parse(made), { redirectUri: schwab.redirectUri, origin })
  console.log(`Callbacks of Schwab arrive at ${schwab.redirectUri}. Your browser asks once about its certificate.`)
}

setInterval(() => void sweep(), 5 * 60_000).unref()

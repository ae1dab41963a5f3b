import { createProvider } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'

/** The afternoon of the made-up account's last day: it is the same in every run. */
const now = () => Date.parse('2026-11-20T20:00:00Z')

/** Alpaca's paper trading, for whoever has keys. */
export function connectToPaper(keys: { apiKey: string; apiSecret: string }) {
  return { title: 'Alpaca paper trading', provider: createProvider(alpaca).unwrap(), keys }
}

/** The sandbox: no keys, no network. Nothing else differs. */
export function connectToSandbox() {
  const sandbox = createAlpacaSandbox({ now })
  const provider = createProvider(alpaca, {}, { fetch: sandbox.fetch, now }).unwrap()
  return { title: "Alpaca's sandbox: all of it made up", provider, keys: sandbox.credentials }
}

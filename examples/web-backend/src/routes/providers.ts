import type { ProviderMetadata } from '@finport/core'
import { Hono } from 'hono'
import type { AppEnv } from '../session.ts'

/** An institution to choose. */
export type ProviderView = Pick<
  ProviderMetadata,
  'displayName' | 'category' | 'authType' | 'scopes' | 'documentationUrl'
> & { slug: string }

type Listing = { list(): readonly (ProviderMetadata & { readonly slug: string })[] }

function toProviderView(metadata: ProviderMetadata & { readonly slug: string }): ProviderView {
  const { slug, displayName, category, authType, scopes, documentationUrl } = metadata
  return { slug, displayName, category, authType, scopes, documentationUrl }
}

/** Which institutions there are, and how users connect to each. */
export function providerRoutes(providers: Listing): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/', (c) => c.json({ providers: providers.list().map(toProviderView) }))
}

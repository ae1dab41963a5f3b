import { randomBytes, randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { getSignedCookie, setSignedCookie } from 'hono/cookie'

/** Who asks. */
type Session = {
  userId: string
  /** Random bytes that only this browser has: a login that was begun in it can be finished in no other. */
  browserBinding: string
}

/** What every handler finds in its context. */
export type AppEnv = { Variables: { session: Session; client: string } }

const DAY_SECONDS = 86_400

/**
 * A cookie that says who asks, signed so that nobody makes one up. Each browser is a user of its own here; in your app this is your login, and `userId` comes from there.
 */
export function sessions({ secret, isSecure }: { secret: string; isSecure: boolean }): MiddlewareHandler<AppEnv> {
  const name = isSecure ? '__Host-session' : 'session'
  return async (c, next) => {
    const value = await getSignedCookie(c, secret, name)
    const [userId, browserBinding] = typeof value === 'string' ? value.split('.') : []
    if (userId !== undefined && browserBinding !== undefined) {
      c.set('session', { userId, browserBinding })
      return next()
    }
    const session: Session = { userId: randomUUID(), browserBinding: randomBytes(32).toString('base64url') }
    c.set('session', session)
    await setSignedCookie(c, name, `${session.userId}.${session.browserBinding}`, secret, {
      path: '/',
      httpOnly: true,
      secure: isSecure,
      // The way back from an institution is a navigation from another site, which 'Strict' would come without.
      sameSite: 'Lax',
      maxAge: 30 * DAY_SECONDS,
    })
    return next()
  }
}

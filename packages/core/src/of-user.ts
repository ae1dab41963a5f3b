/**
 * A call about a user, which is not made without one. In a query, a `userId` that is left out means every user: a session that has lost its user would be shown the rows of all.
 *
 * @throws TypeError (as a rejection) when `userId` is no text, or an empty one.
 */
export function ofUser<Request extends { userId: string }, T>(
  call: (request: Request) => Promise<T>,
): (request: Request) => Promise<T> {
  return async (request) => {
    const { userId }: { userId: unknown } = request
    if (typeof userId !== 'string' || userId.trim() === '')
      throw new TypeError('A userId is needed: the id of the user whose session it is, as a text that is not empty.')
    return call(request)
  }
}

/** The names of the kit's cases, by capability. */
export const caseNames = {
  connector: [
    'names itself: protocol, slug and metadata',
    'has each capability whole or not at all',
    'parses good credentials into those its metadata names',
    'refuses bad credentials with PROVIDER_INVALID_INPUT',
    'revokes, and twice is no error',
    'shows no secret of its settings or credentials when printed',
  ],
  provider: [
    'gives accounts that are well formed, with ids of their own',
    'gives transactions that are well formed, of the account asked for, with ids of their own',
    'gives holdings that are well formed, of the account asked for, with ids of their own',
    'gives the same ids again, also from another instance',
    'gives exactly the transactions of the days asked for',
    'refuses an account that is not there',
    'ends with PROVIDER_ABORTED when the signal is aborted',
    'shows no secret in data, errors and logs',
  ],
  network: ['gives an error, never an empty batch or a rejection, for answers it can not use'],
  oauth: ['sends the user to an https address that carries the state'],
  snapshot: ['gives the same in a snapshot as in the three calls'],
  file: [
    'tells what the file is by its content, whatever its name',
    'never throws or hangs on a spoiled file, and gives only what is well formed',
  ],
} as const

/** The name of a case of these capabilities. */
export type CaseName<Capability extends keyof typeof caseNames = keyof typeof caseNames> =
  (typeof caseNames)[Capability][number]

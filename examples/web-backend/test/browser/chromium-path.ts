import { existsSync } from 'node:fs'

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const told = process.env.CHROMIUM_PATH

/** A Chromium on this machine: that of `CHROMIUM_PATH`, or else one in a usual place; `null` when there is none. */
export const chromiumPath = (told === undefined ? usual : [told]).find((path) => existsSync(path)) ?? null

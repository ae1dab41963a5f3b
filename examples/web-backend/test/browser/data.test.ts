import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './chromium-path.ts'
import { closeBrowser, connectSchwab, dropFile, openPage, waitForNotice } from './open-page.ts'

afterAll(closeBrowser)

const fileNamed = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name), 'utf8')

describe.skipIf(chromiumPath === null)('importing', () => {
  test('a file that is dropped is previewed, and stored once the user says so', async () => {
    const { page } = await openPage()
    await dropFile(page, 'checking.qfx', fileNamed('checking.qfx'))
    const dialog = page.getByRole('dialog', { name: 'Import this file?' })
    await dialog.waitFor()
    expect(await dialog.locator('tbody tr').allInnerTexts()).toEqual(['Checking ••••3390\t8\t0\t0'])
    await page.keyboard.press('Escape')
    await page.reload()
    await page.waitForSelector('body[data-ready]')
    expect(await page.locator('.account').count()).toBe(0)

    await dropFile(page, 'checking.qfx', fileNamed('checking.qfx'))
    await page.getByRole('button', { name: 'Import 8 changes' }).click()
    await waitForNotice(page, 'checking.qfx: 8 changes imported.')
    await page.locator('.account').filter({ hasText: '$5,623.75' }).waitFor()
    expect(await page.locator('.account').count()).toBe(1)

    await dropFile(page, 'again.qfx', fileNamed('checking.qfx'))
    await page.getByRole('button', { name: 'Import anyway' }).waitFor()
    expect(await dialog.locator('tbody tr').allInnerTexts()).toEqual(['Checking ••••3390\t0\t0\t8'])
  })

  test('a file that does not say whose it is asks for the account', async () => {
    const { page } = await openPage()
    await page.setInputFiles('#import-file', {
      name: 'download.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(fileNamed('deposit.csv')),
    })
    await page.getByLabel('Kind of account').selectOption('Checking or savings')
    await page.getByLabel('Last four digits').fill('1234')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: 'Import 2 changes' }).click()
    await waitForNotice(page, 'download.csv: 2 changes imported.')
    await page.locator('.account').filter({ hasText: 'Account ••••1234' }).waitFor()
  })

  test('markup in a file, its name or an alias is shown as the text it is', async () => {
    const { page } = await openPage()
    const markup = '<img src=x onerror=alert(1)>'
    const content = fileNamed('deposit.csv').replaceAll(/^(\w+,[\d/]+,)("[^"]*"|[^,]*)/gm, `$1${markup}`)
    await dropFile(page, `${markup}.csv`, content)
    await page.getByLabel('Last four digits').fill('1234')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: 'Import 2 changes' }).click()
    await waitForNotice(page, `${markup}.csv: 2 changes imported.`)
    await page.locator('.transactions .description').filter({ hasText: markup }).first().waitFor()
    await page.evaluate(async (alias) => {
      const { alpacaKey: input } = await (await fetch('/sandbox')).json()
      await fetch('/connections', { method: 'POST', body: JSON.stringify({ provider: 'alpaca', alias, input }) })
    }, markup)
    await page.reload()
    await page.getByRole('heading', { name: `Alpaca · ${markup}` }).waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
  })

  test('what is no statement is refused in words', async () => {
    const { page } = await openPage()
    await dropFile(page, 'photo.jpg', 'JFIF')
    await page.getByRole('dialog', { name: 'This file can’t be imported' }).getByRole('alert').waitFor()
  })
})

describe.skipIf(chromiumPath === null)('what is shown', () => {
  test('the shares of the allocation come to a whole, and its ring says what the legend says', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    const legend = await page.locator('.legend li').allInnerTexts()
    const shares = legend.map((text) => Number(/([\d.]+)%/.exec(text)?.[1]))
    expect(shares.length).toBeGreaterThan(3)
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(100, 0)
    const arcs = await page.locator('.donut .slice').count()
    const label = (await page.locator('.donut').getAttribute('aria-label')) ?? ''
    expect([arcs, label.split(',').length]).toEqual([legend.length, legend.length])
  })

  test('the chart of balances ends at the balance there is, and follows the pointer', async () => {
    const { page } = await openPage()
    await dropFile(page, 'checking.qfx', fileNamed('checking.qfx'))
    await page.getByRole('button', { name: 'Import 8 changes' }).click()
    const chart = page.getByRole('img', { name: 'Balance from Oct 1, 2026, $3,386.06, to Nov 2, 2026, $5,623.75' })
    await chart.waitFor()
    const box = await chart.boundingBox()
    if (box === null) throw new Error('The chart is not shown.')
    await page.mouse.move(box.x + box.width * 0.25, box.y + 60)
    expect(await page.locator('.readout').textContent()).toMatch(/^Oct \d+, 2026: \$3,386\.06$/)
    await page.getByText('Show as figures').click()
    const [newest] = await page.locator('.figures tbody tr').allInnerTexts()
    expect(newest).toBe('Nov 2, 2026\t$5,623.75')
  })

  test('an account of one balance says so, and each day’s update adds one', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    await page.getByText('Each day’s update adds a point.').waitFor()
    await page.getByRole('button', { name: 'Skip 1 day' }).click()
    await page.getByRole('button', { name: 'Update Charles Schwab' }).click()
    await page.getByRole('img', { name: /^Balance from/ }).waitFor()
  })

  test('a search shows what matches, the rest on demand, and says when nothing does', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    const rows = page.locator('.transactions tbody tr')
    await rows.first().waitFor()
    expect(await rows.count()).toBe(20)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => rows.count()).toBe(40)
    await page.getByLabel('Search transactions').fill('wire')
    await expect.poll(() => rows.count()).toBe(2)
    expect((await rows.allInnerTexts()).every((text) => /wire/i.test(text))).toBe(true)
    await page.getByLabel('Search transactions').fill('nothing like this')
    await page.getByText('Nothing matches “nothing like this”.').waitFor()
  })

  test('on a phone, nothing is wider than the screen', async () => {
    const { page } = await openPage({ width: 360 })
    await connectSchwab(page)
    const width = () => page.evaluate(() => document.documentElement.scrollWidth)
    expect(await width()).toBe(360)
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    expect(await width()).toBe(360)
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './chromium-path.ts'
import { closeBrowser, connectSchwab, goToSchwab, openPage, waitForNotice } from './open-page.ts'

afterAll(closeBrowser)

describe.skipIf(chromiumPath === null)('connecting', () => {
  test('Schwab: consent, login, and the accounts with their balances', async () => {
    const { page, origin } = await openPage()
    await connectSchwab(page)
    expect(page.url()).toBe(`${origin}/`)
    expect(await page.locator('.account').allInnerTexts()).toEqual([
      expect.stringMatching(/^Contributory\s+Brokerage ••••9876\s+\$13,073\.88$/),
      expect.stringMatching(/^Individual\s+Brokerage ••••8765\s+\$23,334\.55$/),
    ])
    expect(await page.locator('.total').textContent()).toBe('$36,408.43')
    await page.reload()
    await page.locator('.account').filter({ hasText: 'Contributory' }).waitFor()
  })

  test('one account of two: only what was ticked is there', async () => {
    const { page } = await openPage()
    await goToSchwab(page)
    await page.getByLabel('Contributory').uncheck()
    await page.getByRole('button', { name: 'Approve' }).click()
    await waitForNotice(page, 'Up to date')
    expect(await page.locator('.account .name').allInnerTexts()).toEqual(['Individual'])
  })

  test('who denies is told that nothing was connected, and can begin again', async () => {
    const { page } = await openPage()
    await goToSchwab(page)
    await page.getByRole('button', { name: 'Deny' }).click()
    await waitForNotice(page, 'You did not allow access, so nothing was connected.')
    expect(await page.locator('.account').count()).toBe(0)
    await connectSchwab(page)
  })

  test('a login that has ended says so, keeps what there is, and is renewed in place', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    await page.getByRole('button', { name: 'Skip 8 days' }).click()
    await page.getByRole('button', { name: 'Update Charles Schwab' }).click()
    await waitForNotice(page, 'Your institution asks you to log in again.')
    expect(await page.locator('.account').count()).toBe(2)
    await page.getByRole('button', { name: 'Log in again' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await waitForNotice(page, 'Up to date')
    expect(await page.getByRole('button', { name: 'Log in again' }).count()).toBe(0)
    expect(await page.locator('.connection').count()).toBe(1)
  })

  test('an access token that has ended is nobody’s business', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    await page.getByRole('button', { name: 'Skip 1 day' }).click()
    await page.getByRole('button', { name: 'Update Charles Schwab' }).click()
    await waitForNotice(page, 'Up to date: nothing is new.')
  })

  test('Alpaca: a wrong key is refused where it was typed, and the right one connects', async () => {
    const { page } = await openPage()
    await page.getByRole('button', { name: 'Connect your first account' }).click()
    await page.getByRole('button', { name: /Alpaca/ }).click()
    await page.getByLabel('API key').fill('AK0000')
    await page.getByLabel('Secret').fill('wrong')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'did not accept these credentials' }).waitFor()
    expect(await page.getByLabel('API key').inputValue()).toBe('AK0000')
    await page.getByRole('button', { name: 'Use the sandbox’s key' }).click()
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await waitForNotice(page, /^Up to date: \d+ new transactions\.$/)
    expect(await page.locator('.account .name').allInnerTexts()).toEqual([expect.stringMatching(/^Alpaca account/)])
  })

  test('who disconnects is asked, and what was connected is gone', async () => {
    const { page } = await openPage()
    await connectSchwab(page)
    page.once('dialog', (dialog) => dialog.dismiss())
    await page.getByRole('button', { name: 'Disconnect Charles Schwab' }).click()
    expect(await page.locator('.account').count()).toBe(2)
    page.once('dialog', (dialog) => dialog.accept())
    await page.getByRole('button', { name: 'Disconnect Charles Schwab' }).click()
    await waitForNotice(page, 'The credentials are forgotten.')
    await page.getByRole('heading', { name: 'All your accounts, in one place' }).waitFor()
  })

  test('the eleventh login in a minute has to wait, and the user is told how long', async () => {
    const { page, origin } = await openPage()
    await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' }
      for (let time = 0; time < 10; time++)
        await fetch('/oauth/schwab/authorize', { method: 'POST', body: '{}', headers })
    })
    await page.getByRole('button', { name: 'Connect your first account' }).click()
    await page.getByRole('button', { name: /Charles Schwab/ }).click()
    await page.getByRole('button', { name: 'Continue to Charles Schwab' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: /tried too often.* Try again in \d+ seconds\./ })
      .waitFor()
    expect(page.url()).toBe(`${origin}/`)
  })

  test('all of it works by keyboard alone', async () => {
    const { page } = await openPage()
    const press = async (name: RegExp) => {
      for (let tabs = 0; tabs < 20; tabs++) {
        const [focused = ''] = await page.locator(':focus').allInnerTexts()
        if (name.test(focused)) return page.keyboard.press('Enter')
        await page.keyboard.press('Tab')
      }
      throw new Error(`Nothing that can be reached by Tab is called ${name}.`)
    }
    await press(/^Connect your first account$/)
    await press(/Charles Schwab/)
    await press(/^Continue to Charles Schwab$/)
    await page.waitForURL('**/v1/oauth/authorize?**')
    await press(/^Approve$/)
    await waitForNotice(page, /^Up to date: \d+ new transactions\.$/)
    await page.getByRole('button', { name: 'Update Charles Schwab' }).focus()
    await page.keyboard.press('Enter')
    await waitForNotice(page, 'Up to date: nothing is new.')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Update Charles Schwab')
  })
})

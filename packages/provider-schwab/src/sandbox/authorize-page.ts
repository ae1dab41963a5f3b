/** An account that may be ticked. */
export type Choice = { accountNumber: string; nickName: string }

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] as string)

/** The page on which a user lets an app in: accounts to tick, and two buttons. */
export function renderAuthorizePage(login: string, choices: readonly Choice[]): string {
  const accounts = choices.map(
    ({ accountNumber, nickName }) =>
      `<label><input type="checkbox" name="account" value="${escapeText(accountNumber)}" checked> ${escapeText(nickName)} ...${escapeText(accountNumber.slice(-3))}</label><br>`,
  )
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Schwab sandbox: allow access</title></head>
<body>
<main>
<h1>Schwab sandbox</h1>
<p>An app asks to see your accounts. Nothing here is real.</p>
<form method="post" action="/v1/oauth/authorize">
<input type="hidden" name="login" value="${escapeText(login)}">
${accounts.join('\n')}
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>
</main>
</body>
</html>
`
}

import { isIPv6 } from 'node:net'

/** The part of an address that its owner can't choose: of IPv6 they have all of a /64, and could come from another one each time. */
export function networkOf(address: string): string {
  // An IPv4 address may be written as an IPv6 one: `::ffff:192.0.2.1`.
  if (!isIPv6(address) || address.includes('.')) return address
  const groupsOf = (text = '') => (text === '' ? [] : text.split(':'))
  const [head, tail] = address.split('::')
  const [first, last] = [groupsOf(head), groupsOf(tail)]
  const groups = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

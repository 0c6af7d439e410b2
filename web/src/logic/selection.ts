/**
 * Dimensions of a chart that are left out after a click on one. A plain click
 * shows that one alone, and a second one all of them again; a click with a
 * modifier key takes one out or in. Never is nothing left.
 */
export function afterClick(
  off: ReadonlySet<number>,
  clicked: number,
  count: number,
  withModifier: boolean,
): ReadonlySet<number> {
  const isAlone = !off.has(clicked) && off.size === count - 1
  if (!withModifier) {
    return isAlone ? new Set() : allBut(clicked, count)
  }
  const next = new Set(off)
  if (!next.delete(clicked)) next.add(clicked)
  return next.size === count ? new Set() : next
}

function allBut(one: number, count: number): Set<number> {
  const result = new Set(Array.from({ length: count }, (_, index) => index))
  result.delete(one)
  return result
}

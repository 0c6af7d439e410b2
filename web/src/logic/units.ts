import type { Value } from '../api/types'

/** How the values of a chart are shown: divided, with this unit. */
export interface Scale {
  divisor: number
  unit: string
  decimals: number
}

/** Units of one kind, smallest first; `size` in units of the first. */
type Ladder = readonly { unit: string; size: number }[]

function ladder(units: string, step: number): Ladder {
  return units.split(' ').map((unit, index) => ({ unit, size: step ** index }))
}

const binary = ladder('B KiB MiB GiB TiB PiB', 1024)
const binaryRate = ladder('B/s KiB/s MiB/s GiB/s TiB/s', 1024)
const bitRate = ladder('bit/s kbit/s Mbit/s Gbit/s Tbit/s', 1000)
const durations: Ladder = [
  { unit: 'ns', size: 1e-9 },
  { unit: 'µs', size: 1e-6 },
  { unit: 'ms', size: 1e-3 },
  { unit: 's', size: 1 },
  { unit: 'min', size: 60 },
  { unit: 'h', size: 3600 },
  { unit: 'd', size: 86400 },
]
const ladders = [binary, binaryRate, bitRate, durations]

/** Other spellings that charts come with. */
const spellings: Record<string, string> = {
  percentage: '%',
  percent: '%',
  bytes: 'B',
  'bytes/s': 'B/s',
  KB: 'KiB',
  MB: 'MiB',
  GB: 'GiB',
  'KB/s': 'KiB/s',
  'MB/s': 'MiB/s',
  'kilobytes/s': 'KiB/s',
  'bits/s': 'bit/s',
  'kilobits/s': 'kbit/s',
  'megabits/s': 'Mbit/s',
  nanoseconds: 'ns',
  microseconds: 'µs',
  milliseconds: 'ms',
  seconds: 's',
  'milliseconds/s': 'ms/s',
  'microseconds/s': 'µs/s',
}

const counts: Ladder = [
  { unit: '', size: 1 },
  { unit: 'k ', size: 1e3 },
  { unit: 'M ', size: 1e6 },
  { unit: 'G ', size: 1e9 },
]

/** The largest rung that leaves at least one whole unit. */
function rungFor(rungs: Ladder, own: number, largest: number): Ladder[number] {
  const fitting = rungs.filter((rung) => largest * own >= rung.size)
  return fitting.at(-1) ?? rungs[0]!
}

/** Enough digits to tell values of this size apart, and no more. */
export function decimalsFor(largest: number, whole: boolean): number {
  if (whole || largest === 0) return 0
  const digits = Math.floor(Math.log10(largest)) + 1
  return Math.min(6, Math.max(0, 3 - Math.max(digits, 0) + Math.max(-digits, 0)))
}

/** Digits that tell ticks of an axis apart exactly: 1 for steps of 2.5. */
export function tickDecimals(increment: number): number {
  for (let decimals = 0; decimals < 6; decimals += 1) {
    const scaled = increment * 10 ** decimals
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals
  }
  return 6
}

/** Chooses unit and digits for values up to `largest` in size. */
export function scaleFor(units: string, largest: number, whole: boolean): Scale {
  const unit = spellings[units] ?? units
  for (const rungs of ladders) {
    const own = rungs.find((rung) => rung.unit === unit)
    if (own === undefined) continue
    // Zero says nothing about size: stay with the chart's own unit.
    const rung = largest === 0 ? own : rungFor(rungs, own.size, largest)
    const divisor = rung.size / own.size
    const decimals = decimalsFor(largest / divisor, whole && divisor === 1)
    return { divisor, unit: rung.unit, decimals }
  }
  // Plain counts stay as they are until they get too long to read.
  const prefix = largest < 1e5 ? counts[0]! : rungFor(counts, 1, largest)
  return {
    divisor: prefix.size,
    unit: prefix.unit + unit,
    decimals: decimalsFor(largest / prefix.size, whole && prefix.size === 1),
  }
}

export interface Extent {
  largest: number
  whole: boolean
}

/** Size of the largest value, and whether all values are whole numbers. */
export function extentOf(columns: readonly (readonly Value[])[]): Extent {
  const extent: Extent = { largest: 0, whole: true }
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue
      extent.largest = Math.max(extent.largest, Math.abs(value))
      extent.whole &&= Number.isInteger(value)
    }
  }
  return extent
}

/** A value of the chart as text; a gap is a dash. */
export function valueText(value: Value | undefined, scale: Scale): string {
  if (value === null || value === undefined) return '–'
  return numberText(value / scale.divisor, scale.decimals)
}

export function numberText(value: number, decimals: number): string {
  const text = value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  // A tiny negative number must not read "-0".
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace('-', '−')
}

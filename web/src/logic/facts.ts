import type { Info } from '../api/types'
import { scaleFor, valueText } from './units'

function memoryText(bytes: number): string {
  const scale = scaleFor('B', bytes, true)
  return `${valueText(bytes, { ...scale, decimals: 1 })} ${scale.unit} memory`
}

/** What is worth knowing of a host's machine, in short; unknowns left out. */
export function factsOf(info: Info): string[] {
  const words = (...parts: (string | undefined)[]) =>
    parts.filter((part) => part && part !== 'unknown').join(' ')
  const cores = Number(info.cores_total)
  const memory = Number(info.ram_total)
  return [
    words(info.os_name, info.os_version),
    words(info.kernel_name, info.kernel_version),
    words(info.architecture),
    cores > 0 ? `${cores} ${cores === 1 ? 'core' : 'cores'}` : '',
    memory > 0 ? memoryText(memory) : '',
    info.version ? `Tributary ${info.version}` : '',
  ].filter((fact) => fact !== '')
}

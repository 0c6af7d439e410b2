import { expect, it } from 'vitest'
import { RequestQueue } from './queue'

function deferred() {
  let resolve!: () => void
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

const settle = () => new Promise((done) => setTimeout(done))

it('runs no more at once than it may, in order', async () => {
  const queue = new RequestQueue(2)
  const gates = [deferred(), deferred(), deferred()]
  const started: number[] = []
  const all = gates.map((gate, index) =>
    queue.run(() => {
      started.push(index)
      return gate.promise.then(() => index)
    }),
  )
  await settle()
  expect(started).toEqual([0, 1])
  gates[1]!.resolve()
  await settle()
  expect(started).toEqual([0, 1, 2])
  gates[0]!.resolve()
  gates[2]!.resolve()
  expect(await Promise.all(all)).toEqual([0, 1, 2])
})

it('goes on after a failure', async () => {
  const queue = new RequestQueue(1)
  const failing = queue.run(() => Promise.reject(new Error('no')))
  const next = queue.run(() => Promise.resolve('yes'))
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})

it('skips what is not wanted any more when its turn comes', async () => {
  const queue = new RequestQueue(1)
  const gate = deferred()
  let isWanted = true
  let ran = false
  const first = queue.run(() => gate.promise)
  const second = queue.run(
    async () => {
      ran = true
    },
    () => isWanted,
  )
  isWanted = false
  gate.resolve()
  await first
  expect(await second).toBeUndefined()
  expect(ran).toBe(false)
})

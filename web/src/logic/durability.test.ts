import { expect, it } from 'vitest'
import { keepingOf } from './durability'

it('tells where a node keeps what it has', () => {
  expect(keepingOf('disk')?.short).toBe('kept on disk')
  expect(keepingOf('ram')?.long).toContain('gone when the node ends')
  expect(keepingOf('upstream')?.long).toContain('parents')
})

it('says nothing where it does not know', () => {
  expect(keepingOf(undefined)).toBeNull()
  expect(keepingOf('tape')).toBeNull()
})

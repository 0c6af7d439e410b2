import { expect, it } from 'vitest'
import { glanceOf } from './glance'

const processors = {
  labels: ['time', 'user', 'system', 'idle'],
  data: [
    [103, 10, 5, 85],
    [102, null, null, null],
    [101, 1, 2, 97],
  ],
}

it('a glance tells how busy processors are, oldest first', () => {
  expect(glanceOf(processors).processors).toEqual([3, null, 15])
})

it('a glance tells the share of memory that is used', () => {
  const memory = { labels: ['time', 'free', 'used', 'cached'], data: [[103, 50, 25, 25]] }
  expect(glanceOf(processors, memory).memory).toBe(25)
})

it('what is missing is unknown', () => {
  expect(glanceOf()).toEqual({ processors: [], memory: null })
  expect(glanceOf(processors, { labels: ['time', 'free'], data: [[1, 2]] }).memory).toBeNull()
  expect(glanceOf(processors, { labels: ['time', 'used'], data: [[1, 0]] }).memory).toBeNull()
})

// Many nodes and many charts: that the page finds its way, and what it costs.

import { fileURLToPath } from 'node:url'
import { openPage } from './browser.mjs'
import { chartsDrawn, expect, waitOn } from './checks.mjs'
import { startFakeNode } from './fake_node.mjs'

const webFolder = fileURLToPath(new URL('../../web/dist', import.meta.url))

async function withFakeNode(browser, size, run) {
  const node = await startFakeNode({ webFolder, ...size })
  const { page, complaints, close } = await openPage(browser, node.url)
  try {
    const result = await run(page)
    expect(complaints.length === 0, complaints.join('; '))
    return result
  } finally {
    await close()
    node.end()
  }
}

/** Share of the time in which the main thread was busy while `run` lasted. */
async function busyShare(page, run) {
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  const read = async () => {
    const { metrics } = await client.send('Performance.getMetrics')
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
  }
  const before = await read()
  await run()
  const after = await read()
  const share = (after.TaskDuration - before.TaskDuration) / (after.Timestamp - before.Timestamp)
  return `${Math.round(share * 100)} %`
}

/** Until so many seconds have come in. */
async function ticks(page, count) {
  const time = page.locator('.now time')
  const start = Date.parse(await time.getAttribute('datetime'))
  await waitOn(
    page,
    'no ticks come',
    (end) => Date.parse(document.querySelector('.now time').dateTime) >= end,
    start + count * 1000,
  )
}

// Rows out of view are not laid out and have no inner text.
const rowNames = (page) => page.locator('section:has(#nodes) li b').allTextContents()

export async function manyNodes(browser, screenshot) {
  return withFakeNode(browser, { hosts: 200, charts: 30 }, async (page) => {
    await chartsDrawn(page)
    expect((await rowNames(page)).length === 200, 'not all nodes are listed')
    await page.getByRole('button', { name: 'State', exact: true }).click()
    const states = await page.locator('section:has(#nodes) li .state').allTextContents()
    // The node itself stays first, then what needs somebody.
    const order = states.slice(1).filter((state, at, all) => state !== all[at - 1])
    expect(order.join() === 'offline,stale,live', `the states are sorted ${order}`)
    await screenshot(page, 'nodes-200')
    const filter = page.getByRole('searchbox', { name: 'Filter nodes by name or state' })
    await filter.fill('weir')
    const found = await rowNames(page)
    expect(found.length > 0 && found.every((name) => name.includes('weir')), `found ${found}`)
    await filter.fill('')
    const idle = await busyShare(page, () => ticks(page, 5))
    return `main thread busy ${idle} at rest`
  })
}

export async function manyCharts(browser, screenshot) {
  return withFakeNode(browser, { hosts: 3, charts: 300 }, async (page) => {
    await chartsDrawn(page)
    const rest = await busyShare(page, () => ticks(page, 5))
    let frames = 0
    const paced = await busyShare(page, async () => (frames = await scrollThrough(page)))
    await waitOn(page, 'the charts at the end are not drawn', () => {
      const cards = [...document.querySelectorAll('[data-chart]')].slice(-2)
      return cards.every((card) => card.querySelector('canvas') && /\d/.test(card.querySelector('.value').textContent))
    })
    const drawn = await page.locator('[data-chart] canvas').count()
    expect(drawn < 40, `${drawn} charts are drawn at once`)
    await screenshot(page, 'charts-300')
    return `main thread busy ${rest} at rest, ${paced} while scrolling at ${frames} frames/s; ${drawn} of 300 drawn`
  })
}

/** From top to bottom, an eighth of a window every second frame. */
function scrollThrough(page) {
  return page.evaluate(async () => {
    const end = document.documentElement.scrollHeight - innerHeight
    const start = performance.now()
    let frames = 0
    for (let y = 0; y < end; y += innerHeight / 8) {
      scrollTo({ top: y, behavior: 'instant' })
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      frames += 2
    }
    const perSecond = Math.round((frames * 1000) / (performance.now() - start))
    const cards = [...document.querySelectorAll('[data-chart]')]
    cards.at(-1).scrollIntoView({ behavior: 'instant', block: 'center' })
    return perSecond
  })
}

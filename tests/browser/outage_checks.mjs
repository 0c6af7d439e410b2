// Nodes that are killed while somebody looks: what the page says, and that
// afterwards it shows all that was collected.

import { openPage } from './browser.mjs'
import { chartsDrawn, expect, valuesMove, waitOn } from './checks.mjs'
import { waitFor } from './nodes.mjs'

/** Reconnecting takes seconds, and a loaded machine is slow. */
const returnMilliseconds = 60_000

/**
 * The rows that the page shows of a chart, by unix second, read as a person
 * would: the cursor walks back from the newest. The time moves on meanwhile,
 * since to pause would read all again; so a second may be missed by chance.
 */
function shownRows(page, chart, count) {
  return page.evaluate(
    async ([id, length]) => {
      const card = document.querySelector(`[data-chart="${id}"]`)
      const plot = card.querySelector('.plot')
      const press = (key) => plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
      const result = {}
      press('Escape')
      for (let step = 0; step < length; step += 1) {
        press('ArrowLeft')
        // The legend is written when all that is under way has run.
        await new Promise((resolve) => setTimeout(resolve))
        const time = Date.parse(card.querySelector('.legend time').dateTime) / 1000
        const values = [...card.querySelectorAll('.legend .value')].map((one) => one.textContent)
        result[time] = values.some((text) => /\d/.test(text))
      }
      press('Escape')
      return result
    },
    [chart, count],
  )
}

/** Seconds between the two for which the page shows no value. */
function holesOf(rows, from, to) {
  const holes = []
  for (let time = from; time <= to; time += 1) if (!rows[time]) holes.push(time)
  return holes
}

async function newestOf(node, prefix) {
  const table = await node.ask(`${prefix}api/v1/data?chart=system.cpu&after=-5`)
  return table.data[0]?.[0] ?? 0
}

/** Ticks that the node itself has, of the last minutes. */
async function ticksOf(node, prefix, from, to) {
  const address = `${prefix}api/v1/data?chart=system.cpu&after=${from - 1}&before=${to}`
  const table = await node.ask(address)
  return new Set(table.data.filter((row) => row[1] !== null).map((row) => row[0]))
}

async function noHole(page, from, to, known) {
  let holes = []
  await waitFor(
    `the page shows all from ${from} to ${to}`,
    async () => {
      const now = Math.floor(Date.now() / 1000)
      const rows = await shownRows(page, 'system.cpu', now - from + 5)
      holes = holesOf(rows, from, to).filter((time) => known?.has(time) ?? true)
      return holes.length === 0
    },
    returnMilliseconds,
  ).catch((error) => {
    throw new Error(`${error.message}; nothing for ${holes.join(', ')}`)
  })
}

/** Until the parent has so many seconds of the child beyond this one. */
function grows(parent, prefix, beyond, seconds) {
  return waitFor(`${prefix} grows at the parent`, async () => {
    const newest = await newestOf(parent, prefix)
    return newest >= beyond + seconds ? newest : 0
  }, returnMilliseconds)
}

/** A killed child: its page says so, and goes on without a reload. */
export async function childIsKilled(browser, parent, child, screenshot) {
  const prefix = `host/${child.name}/`
  const { page, complaints, close } = await openPage(browser, new URL(prefix, parent.url).href)
  await chartsDrawn(page)
  const start = await newestOf(parent, prefix)
  await grows(parent, prefix, start, 3)
  await child.kill()
  await page.getByText(`${child.name} is offline`).waitFor({ timeout: returnMilliseconds })
  const list = await openPage(browser, parent.url)
  await waitOn(
    list.page,
    'the node list does not say offline and why',
    (name) =>
      [...document.querySelectorAll('section:has(#nodes) li')].some(
        (row) => row.innerText.includes(name) && /offline/.test(row.innerText) && row.querySelector('.reason'),
      ),
    child.name,
    returnMilliseconds,
  )
  await screenshot(list.page, 'nodes-offline')
  await list.close()
  const last = await newestOf(parent, prefix)
  await child.start()
  const newest = await grows(parent, prefix, last, 4)
  await page.getByText(`${child.name} is offline`).waitFor({ state: 'detached' })
  // While it was dead there was nothing to collect. What it had sent and had
  // not yet committed itself is at the parent alone.
  const own = await ticksOf(child, '', start, newest)
  const known = new Set([...own, ...(await ticksOf(parent, prefix, start, newest))])
  expect(known.size < newest - start + 1, 'the child has not been away')
  await noHole(page, start, newest, known)
  await screenshot(page, 'gap-striped')
  await page.reload()
  await chartsDrawn(page)
  await noHole(page, start, newest, known)
  expect(complaints.length === 0, complaints.join('; '))
  await close()
  return `${known.size} of ${newest - start + 1} seconds collected, all shown`
}

/** A child that hangs is stale, and live again when it goes on. */
export async function childHangs(browser, parent, child, screenshot) {
  const address = new URL(`host/${child.name}/`, parent.url).href
  const { page, complaints, close } = await openPage(browser, address)
  await chartsDrawn(page)
  const notice = page.getByText(`${child.name} is stale`)
  child.suspend()
  try {
    await notice.waitFor({ timeout: returnMilliseconds })
    await screenshot(page, 'stale')
  } finally {
    child.resume()
  }
  await notice.waitFor({ state: 'detached', timeout: returnMilliseconds })
  await valuesMove(page)
  expect(complaints.length === 0, complaints.join('; '))
  await close()
}

/** A killed parent: a banner comes and goes, and the child's page is whole. */
export async function parentIsKilled(browser, parent, child, screenshot) {
  const prefix = `host/${child.name}/`
  const { page, close } = await openPage(browser, new URL(prefix, parent.url).href)
  await chartsDrawn(page)
  const start = await newestOf(parent, prefix)
  await grows(parent, prefix, start, 3)
  await parent.kill()
  const banner = page.getByTestId('trouble')
  await banner.waitFor({ timeout: returnMilliseconds })
  await screenshot(page, 'banner')
  const childNow = await newestOf(child, '')
  await waitFor('the child collects alone', async () => (await newestOf(child, '')) >= childNow + 5)
  await parent.start()
  await banner.waitFor({ state: 'detached', timeout: returnMilliseconds })
  const newest = await grows(parent, prefix, childNow + 5, 3)
  await noHole(page, start, newest)
  await page.reload()
  await chartsDrawn(page)
  await noHole(page, start, newest)
  await close()
  return `${newest - start + 1} seconds, no hole`
}

/** A host that is not there is named, and those that are are listed. */
export async function unknownHost(browser, parent, name, screenshot) {
  const { page, close } = await openPage(browser, new URL(`host/${name}/`, parent.url).href)
  await page.getByRole('heading', { name: 'Unknown host' }).waitFor()
  await page.getByText(`no host named ${name}`).waitFor()
  await screenshot(page, 'unknown-host')
  await close()
}

// What has to hold on a page. Each check waits for a condition, never for a
// time, and throws a sentence that says what is not as it should be.

export const drawnChart = '[data-chart]:has(canvas):has(.legend time)'

export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence)
}

export async function waitOn(page, sentence, condition, argument, timeout) {
  try {
    const options = timeout ? { timeout } : {}
    return await page.waitForFunction(condition, argument, options)
  } catch (error) {
    throw new Error(`${sentence} [${String(error.message).split('\n')[0]}]`)
  }
}

/** Times that the legends of the first charts in view tell. */
function legendTimes(page) {
  return page.locator(`${drawnChart} .legend time`).evaluateAll((all) =>
    all.map((one) => one.dateTime),
  )
}

export async function nodeList(page, count) {
  const heading = page.getByRole('heading', { name: 'Replicated Nodes', exact: true })
  await heading.waitFor()
  await waitOn(
    page,
    `there are not ${count} nodes`,
    (wanted) => document.querySelectorAll('section:has(#nodes) li a').length === wanted,
    count,
  )
  const rows = await page.locator('section:has(#nodes) li a').allInnerTexts()
  for (const row of rows) {
    expect(/\b(live|stale|offline)\b/.test(row), `no state in "${row}"`)
    expect(/\bnow\b| ago|no sample/.test(row), `no age in "${row}"`)
  }
  expect(/this node/.test(rows[0]), `the node itself is not first: "${rows[0]}"`)
  const title = await page.title()
  const name = await page.locator('h1').innerText()
  expect(title.includes(name), `the title "${title}" lacks "${name}"`)
  return `${rows.length} hosts`
}

/** The heading says where the node keeps what it has, and what that means. */
export async function keepingTold(page, short) {
  const mark = page.locator('.heading').getByText(short, { exact: true })
  await mark.waitFor()
  const long = await mark.getAttribute('title')
  expect(/^This node .+\.$/.test(long ?? ''), `"${short}" is not explained: ${long}`)
  return long
}

export async function chartsDrawn(page) {
  await waitOn(
    page,
    'no chart shows a value',
    (selector) =>
      [...document.querySelectorAll(selector)].some((chart) =>
        [...chart.querySelectorAll('.value')].some((one) => /\d/.test(one.textContent)),
      ),
    drawnChart,
  )
  // A canvas in which all pixels are equal has nothing drawn on it.
  await waitOn(
    page,
    'the canvas of the first chart is empty',
    (selector) => {
      const canvas = document.querySelector(`${selector} canvas`)
      const { width, height } = canvas
      // Read from a copy: the canvas itself is not made for it.
      const copy = new OffscreenCanvas(width, height)
      const context = copy.getContext('2d', { willReadFrequently: true })
      context.drawImage(canvas, 0, 0)
      const { data } = context.getImageData(0, 0, width, height)
      const pixels = new Uint32Array(data.buffer)
      return pixels.some((pixel) => pixel !== pixels[0])
    },
    drawnChart,
  )
  return `${await page.locator(drawnChart).count()} drawn`
}

/** The tiles at the head and the rows of the node list tell something. */
export async function tilesTell(page) {
  await waitOn(
    page,
    'a tile has no number or no line',
    () => {
      const tiles = [...document.querySelectorAll('[data-tile]')]
      const isTelling = (tile) =>
        [...tile.querySelectorAll('dd')].some((one) => /\d/.test(one.textContent)) &&
        tile.querySelector('path.line[d^="M"]')
      return tiles.length >= 4 && tiles.every(isTelling)
    },
  )
}

export async function rowsTell(page) {
  await waitOn(page, 'the node list shows no processors', () =>
    [...document.querySelectorAll('section:has(#nodes) li')].every(
      (row) => row.querySelector('path.line[d^="M"]') && /\d %/.test(row.innerText),
    ),
  )
}

export async function valuesMove(page) {
  const read = (selector) => {
    const legends = [...document.querySelectorAll(`${selector} .legend`)]
    return legends.map((one) => one.querySelector('ul').innerText).join('|')
  }
  const values = await page.evaluate(read, drawnChart)
  const newest = (await legendTimes(page)).sort().at(-1)
  await waitOn(
    page,
    `nothing newer than ${newest} came`,
    ([selector, before]) =>
      [...document.querySelectorAll(`${selector} .legend time`)].some(
        (one) => one.dateTime > before,
      ),
    [drawnChart, newest],
  )
  await waitOn(
    page,
    'the time moves but no value changes',
    ([selector, before]) => {
      const legends = [...document.querySelectorAll(`${selector} .legend`)]
      return legends.map((one) => one.querySelector('ul').innerText).join('|') !== before
    },
    [drawnChart, values],
  )
}

/** Where the plot of the first chart in view is. */
async function plotBox(page) {
  const over = page.locator(`${drawnChart} .u-over`).first()
  await over.evaluate((one) => one.scrollIntoView({ block: 'center', behavior: 'instant' }))
  const box = await over.boundingBox()
  expect(box, 'no plot is in view')
  return box
}

/** All legends in view go to one instant, at least ten seconds ago. */
export async function hoverInSync(page) {
  const newest = (await legendTimes(page)).sort().at(-1)
  const box = await plotBox(page)
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2)
  await waitOn(
    page,
    'the legends do not go to the time under the cursor',
    ([selector, before]) => {
      const times = [...document.querySelectorAll(`${selector} .legend time`)].map(
        (one) => Date.parse(one.dateTime),
      )
      const past = Date.parse(before) - 10_000
      const back = times.filter((time) => time < past)
      return back.length >= 2 && back.every((time) => time === back[0])
    },
    [drawnChart, newest],
  )
  const [time] = await legendTimes(page)
  return time
}

/** The text of the button that tells the time shown. */
export function rangeText(page) {
  return page.getByTestId('range').innerText()
}

export async function dragZooms(page) {
  const box = await plotBox(page)
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.75, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.95, y, { steps: 5 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Back to live' }).waitFor()
  const range = await rangeText(page)
  expect(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d/.test(range), `no range in "${range}"`)
  // Without a cursor each legend tells the end of the range.
  await page.mouse.move(0, 0)
  const end = range.split(' – ')[1]
  await waitOn(
    page,
    `not all charts end at ${end}`,
    ([selector, text]) => {
      const times = [...document.querySelectorAll(`${selector} .legend time`)]
      return times.length >= 2 && times.every((one) => one.textContent === text)
    },
    [drawnChart, end],
  )
  return range
}

export async function doubleClickResets(page) {
  const box = await plotBox(page)
  await page.mouse.dblclick(box.x + box.width * 0.5, box.y + box.height / 2)
  await page.getByRole('button', { name: 'Pause' }).waitFor()
  await page.mouse.move(0, 0)
}

/** With Ctrl the wheel zooms, with Shift it goes back in time. */
export async function wheelMoves(page) {
  const box = await plotBox(page)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const before = await page.evaluate(() => scrollY)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -300)
  await page.keyboard.up('Control')
  await waitOn(page, 'Ctrl and wheel do not zoom in', () => {
    const parameters = new URLSearchParams(location.search)
    const length = parameters.get('to') - parameters.get('from')
    return length > 0 && length < 55
  })
  const from = await page.evaluate(() => new URLSearchParams(location.search).get('from'))
  await page.keyboard.down('Shift')
  await page.mouse.wheel(0, -300)
  await page.keyboard.up('Shift')
  await waitOn(
    page,
    'Shift and wheel do not go back',
    (earlier) => Number(new URLSearchParams(location.search).get('from')) < Number(earlier),
    from,
  )
  expect((await page.evaluate(() => scrollY)) === before, 'the page scrolls as well')
  await page.mouse.move(0, 0)
  await page.keyboard.press('Escape')
}

/** A click on a dimension leaves it alone, another one brings all back. */
export async function legendIsolates(page) {
  const chart = page.locator('[data-chart="system.cpu"]')
  const pressed = () => chart.locator('.legend [aria-pressed="true"]').count()
  const all = await pressed()
  await chart.locator('.legend button').nth(1).click()
  expect((await pressed()) === 1, 'a click does not isolate')
  await chart.locator('.legend button').nth(1).click()
  expect((await pressed()) === all, 'a second click does not bring all back')
  await chart.locator('.legend button').nth(1).click({ modifiers: ['Shift'] })
  expect((await pressed()) === all - 1, 'Shift and a click do not leave one out')
  await chart.locator('.legend button').nth(1).click({ modifiers: ['Shift'] })
  await page.mouse.move(0, 0)
}

export async function keysMoveCursor(page) {
  const chart = page.locator(drawnChart).first()
  await chart.locator('.plot').focus()
  await page.keyboard.press('Shift+ArrowLeft')
  const time = chart.locator('.legend time')
  const first = await time.getAttribute('datetime')
  await page.keyboard.press('Shift+ArrowLeft')
  const second = await time.getAttribute('datetime')
  expect(second < first, `the cursor stays at ${first}`)
  await page.keyboard.press('Escape')
  await page.evaluate(() => document.activeElement.blur())
}

/** The menu leads to a section, follows the page and has its families. */
export async function menuLeads(page) {
  const link = page.locator('nav[aria-label="Sections"] > ul > li > a').last()
  const target = (await link.getAttribute('href')).slice(1)
  await link.click()
  await waitOn(
    page,
    `the section ${target} does not come into view`,
    (id) => {
      const { top } = document.getElementById(id).getBoundingClientRect()
      return top >= 0 && top < innerHeight
    },
    target,
  )
  await waitOn(
    page,
    `the menu does not follow to ${target}`,
    (id) => document.querySelector(`nav a[href="#${id}"][aria-current]`) !== null,
    target,
  )
  const families = await page.locator('nav[aria-label="Sections"] ul ul a').count()
  expect(families > 1, 'the menu shows no families of the section')
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
  return `${target}, ${families} families`
}

export async function fitsWidth(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ])
  expect(content <= window, `the page is ${content} wide in ${window}`)
}

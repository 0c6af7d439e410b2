// What has to hold on a page. Each check waits for a condition, never for a
// time, and throws a sentence that says what is not as it should be.

const drawnChart = '[data-chart]:has(canvas):has(.legend time)'

function expect(condition, sentence) {
  if (!condition) throw new Error(sentence)
}

async function waitFor(page, sentence, condition, argument) {
  try {
    return await page.waitForFunction(condition, argument)
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

export async function nodeList(page) {
  const heading = page.getByRole('heading', { name: 'Replicated Nodes', exact: true })
  await heading.waitFor()
  const list = page.locator('section:has(#nodes) li a')
  await list.first().waitFor()
  const rows = await list.allInnerTexts()
  for (const row of rows) {
    expect(/\b(live|stale|offline)\b/.test(row), `no state in "${row}"`)
    expect(/ ago|no sample/.test(row), `no age in "${row}"`)
  }
  expect(/this node/.test(rows[0]), `the node itself is not first: "${rows[0]}"`)
  const title = await page.title()
  const name = await page.locator('h1').innerText()
  expect(title.includes(name), `the title "${title}" lacks "${name}"`)
  return `${rows.length} hosts`
}

export async function chartsDrawn(page) {
  await waitFor(
    page,
    'no chart shows a value',
    (selector) =>
      [...document.querySelectorAll(selector)].some((chart) =>
        [...chart.querySelectorAll('.value')].some((one) => /\d/.test(one.textContent)),
      ),
    drawnChart,
  )
  // A canvas in which all pixels are equal has nothing drawn on it.
  await waitFor(
    page,
    'the canvas of the first chart is empty',
    (selector) => {
      const canvas = document.querySelector(`${selector} canvas`)
      const { width, height } = canvas
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
      const pixels = new Uint32Array(data.buffer)
      return pixels.some((pixel) => pixel !== pixels[0])
    },
    drawnChart,
  )
  return `${await page.locator(drawnChart).count()} drawn`
}

export async function valuesMove(page) {
  const read = (selector) => {
    const legends = [...document.querySelectorAll(`${selector} .legend`)]
    return legends.map((one) => one.querySelector('ul').innerText).join('|')
  }
  const values = await page.evaluate(read, drawnChart)
  const newest = (await legendTimes(page)).sort().at(-1)
  await waitFor(
    page,
    `nothing newer than ${newest} came`,
    ([selector, before]) =>
      [...document.querySelectorAll(`${selector} .legend time`)].some(
        (one) => one.dateTime > before,
      ),
    [drawnChart, newest],
  )
  await waitFor(
    page,
    'the time moves but no value changes',
    ([selector, before]) => {
      const legends = [...document.querySelectorAll(`${selector} .legend`)]
      return legends.map((one) => one.querySelector('ul').innerText).join('|') !== before
    },
    [drawnChart, values],
  )
}

/** Where the plot of a chart that steps every second is. */
async function plotBox(page) {
  const over = page.locator(`${drawnChart} .u-over`).first()
  await over.scrollIntoViewIfNeeded()
  const box = await over.boundingBox()
  expect(box, 'no plot is in view')
  return box
}

export async function hoverInSync(page) {
  const newest = (await legendTimes(page)).sort().at(-1)
  const box = await plotBox(page)
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2)
  await waitFor(
    page,
    'the legends do not go to the time under the cursor',
    ([selector, before]) => {
      const times = [...document.querySelectorAll(`${selector} .legend time`)].map(
        (one) => Date.parse(one.dateTime),
      )
      const past = Date.parse(before) - 30_000
      const back = times.filter((time) => time < past)
      // Charts of a longer step tell their nearest slot.
      const equal = back.filter((time) => time === back[0])
      return times.length < 2 ? back.length === 1 : equal.length >= 2
    },
    [drawnChart, newest],
  )
  const [time] = await legendTimes(page)
  return time
}

export async function dragZooms(page) {
  const box = await plotBox(page)
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.9, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.98, y, { steps: 5 })
  await page.mouse.up()
  const back = page.getByRole('button', { name: 'Back to live' })
  await back.waitFor()
  const range = await page.getByTestId('range').innerText()
  expect(/\d\d:\d\d:\d\d – \d\d:\d\d:\d\d/.test(range), `no range in "${range}"`)
  // Without a cursor each legend tells the end of the range.
  await page.mouse.move(0, 0)
  const end = range.split(' – ')[1]
  await waitFor(
    page,
    `no chart ends at ${end}`,
    ([selector, text]) => {
      const seconds = (clock) =>
        clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
      const times = [...document.querySelectorAll(`${selector} .legend time`)]
      const near = times.filter(
        (one) => Math.abs(seconds(one.textContent) - seconds(text)) <= 10,
      )
      return near.length >= Math.min(2, times.length)
    },
    [drawnChart, end],
  )
  return range
}

export async function zoomResets(page) {
  const box = await plotBox(page)
  await page.mouse.dblclick(box.x + box.width * 0.5, box.y + box.height / 2)
  await page
    .getByRole('button', { name: 'Back to live' })
    .waitFor({ state: 'detached' })
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
}

export async function menuLeads(page) {
  const link = page.locator('nav[aria-label="Sections"] a').last()
  const target = (await link.getAttribute('href')).slice(1)
  await link.click()
  await waitFor(
    page,
    `the section ${target} does not come into view`,
    (id) => {
      const { top } = document.getElementById(id).getBoundingClientRect()
      return top >= 0 && top < innerHeight
    },
    target,
  )
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }))
  return target
}

/** Address of the first live host that is not the node's own. */
export async function firstChild(page) {
  const rows = page.locator('section:has(#nodes) li a')
  const addresses = await rows.evaluateAll((all) =>
    all
      .filter((one) => /live/.test(one.innerText) && !/this node/.test(one.innerText))
      .map((one) => one.href),
  )
  return addresses[0] ?? null
}

export async function namesUnknownHost(page, name) {
  await page.getByText(name).first().waitFor()
}

export async function fitsWidth(page) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ])
  expect(content <= window, `the page is ${content} wide in ${window}`)
}

// Drives the pages of real nodes as a person would:
//
//   node page_test.mjs --program FILE [--out DIR] [--web DIR]
//     [--screenshot FILE] [--only TEXT]
//
// `--web` serves the page of that folder instead of the built-in one,
// `--screenshot` writes the picture of the README and nothing else is checked,
// `--only` runs the parts whose name has the text. Exit code 0 when every check
// holds, 1 when one does not, 2 on wrong usage.

import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import * as address from './address_checks.mjs'
import { launch, openPage } from './browser.mjs'
import * as checks from './checks.mjs'
import { manyCharts, manyNodes } from './many_checks.mjs'
import { Family, waitFor } from './nodes.mjs'
import * as outage from './outage_checks.mjs'
import { takePicture } from './picture.mjs'

const usage =
  'usage: page_test.mjs --program FILE [--out DIR] [--web DIR] [--screenshot FILE] [--only TEXT]'

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        program: { type: 'string' },
        out: { type: 'string', default: path.join(tmpdir(), 'tributary-page') },
        web: { type: 'string' },
        screenshot: { type: 'string' },
        only: { type: 'string', default: '' },
      },
    })
    if (!values.program) throw new Error('--program is missing')
    const web = values.web ? path.resolve(values.web) : null
    return { ...values, program: path.resolve(values.program), web }
  } catch (error) {
    console.error(error.message)
    console.error(usage)
    process.exit(2)
  }
}

const options = readArguments()
let failures = 0

async function check(name, run) {
  try {
    const detail = await run()
    console.log(`ok    ${name}${detail ? ` (${detail})` : ''}`)
  } catch (error) {
    failures += 1
    console.log(`FAIL  ${name}\n      ${String(error.message).split('\n')[0]}`)
  }
}

function noComplaints(complaints) {
  checks.expect(complaints.length === 0, complaints.join('; '))
}

function screenshot(page, name) {
  return page.screenshot({ path: path.join(options.out, `${name}.png`) })
}

async function nodePage(browser, { parent }) {
  const start = new URL('?last=1m', parent.url).href
  const { page, complaints, close } = await openPage(browser, start, { colorScheme: 'dark' })
  await check('the node page lists "Replicated Nodes"', () => checks.nodeList(page, 3))
  await check('the heading tells where samples are kept', () =>
    checks.keepingTold(page, 'kept on disk'),
  )
  await check('a chart shows values', () => checks.chartsDrawn(page))
  await check('the tiles tell something', () => checks.tilesTell(page))
  await check('so do the rows of the nodes', () => checks.rowsTell(page))
  await check('values move without a reload', () => checks.valuesMove(page))
  await screenshot(page, 'desktop-dark')
  await check('hover tells one instant on several charts', () => checks.hoverInSync(page))
  await screenshot(page, 'desktop-hover')
  await check('dragging zooms all charts', () => checks.dragZooms(page))
  await screenshot(page, 'desktop-zoomed')
  await check('a copied address shows the same', () => address.addressIsShared(browser, page))
  await check('a double click leads back to live', () => checks.doubleClickResets(page))
  await check('the wheel zooms and pans', () => checks.wheelMoves(page))
  await check('a click isolates a dimension', () => checks.legendIsolates(page))
  await check('the arrow keys move the cursor', () => checks.keysMoveCursor(page))
  await check('the menu leads to its sections', () => checks.menuLeads(page))
  await check('the node page has nothing to complain about', () => noComplaints(complaints))
  await close()
}

async function keysAndAddress(browser, { parent }) {
  const { page, complaints, close } = await openPage(browser, parent.url)
  await check('charts are drawn', () => checks.chartsDrawn(page))
  await check('back and forward go through the times', () => address.backAndForward(page))
  await check('the picker chooses a span', () => address.pickerChooses(page))
  await check('keys pan and zoom', () => address.keysMoveTime(page))
  await check('the search finds charts', () => address.searchFinds(page))
  await check('sections fold', () => address.sectionsFold(page))
  await check('the theme is kept', () => address.themeIsKept(page))
  await check('? opens the help', () => address.helpOpens(page))
  await check('there is nothing to complain about', () => noComplaints(complaints))
  await close()
}

async function hostPage(browser, { parent, child }) {
  const url = new URL(`host/${child.name}/`, parent.url).href
  const { page, complaints, close } = await openPage(browser, url)
  await check("the child's page shows its charts", () => checks.chartsDrawn(page))
  await check('and they move', () => checks.valuesMove(page))
  await check('and its node is a click away', async () => {
    await page.getByRole('button', { name: `${child.name}: choose another node` }).click()
    await screenshot(page, 'switcher')
    await page.keyboard.type(parent.name)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: parent.name, exact: true }).waitFor()
  })
  await check('and there is nothing to complain about', () => noComplaints(complaints))
  await close()
}

async function looks(browser, { parent }) {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
  const sharp = { deviceScaleFactor: 2 }
  const all = {
    'desktop-light': { colorScheme: 'light' },
    'phone-dark': { ...phone, ...sharp, colorScheme: 'dark' },
    'phone-light': { ...phone, ...sharp, colorScheme: 'light' },
    wide: { viewport: { width: 2560, height: 1300 }, colorScheme: 'light' },
  }
  for (const [name, look] of Object.entries(all)) {
    const { page, complaints, close } = await openPage(browser, parent.url, look)
    await check(`${name}: the tiles tell something`, () => checks.tilesTell(page))
    await check(`${name}: fits the width`, () => checks.fitsWidth(page))
    await screenshot(page, name)
    await page.locator('[data-chart]').first().scrollIntoViewIfNeeded()
    await check(`${name}: charts are drawn`, () => checks.chartsDrawn(page))
    if (look.isMobile) {
      await check(`${name}: the menu is a drawer`, async () => {
        await page.getByRole('button', { name: 'Sections' }).tap()
        await page.locator('nav[aria-label="Sections"]').getByText('Tributary').tap()
        await page.locator('[data-chart="tributary.cpu"]:has(canvas)').waitFor()
      })
      await screenshot(page, `${name}-charts`)
    }
    await check(`${name}: nothing to complain about`, () => noComplaints(complaints))
    await close()
  }
}

async function outages(browser, { parent, child }) {
  await check('an unknown host is named', () =>
    outage.unknownHost(browser, parent, 'no-such-host', screenshot),
  )
  await check('a child that hangs is stale', () =>
    outage.childHangs(browser, parent, child, screenshot),
  )
  await check('a killed child is told of, and goes on', () =>
    outage.childIsKilled(browser, parent, child, screenshot),
  )
  await check('a killed parent leaves no hole', () =>
    outage.parentIsKilled(browser, parent, child, screenshot),
  )
}

async function many(browser) {
  await check('200 nodes are listed, found and sorted', () => manyNodes(browser, screenshot))
  await check('300 charts scroll', () => manyCharts(browser, screenshot))
}

const parts = { nodePage, keysAndAddress, hostPage, looks, outages, many }

async function run(browser, family) {
  const parent = await family.addParent('parent')
  const child = await family.addChild('child')
  await family.addChild('other')
  await waitFor('half a minute of samples', async () => {
    const { mirrored_hosts_status: hosts } = await parent.ask('api/v1/info')
    const isLong = (host) => host.newest_sample - host.oldest_sample > 30
    return hosts.length === 3 && hosts.every(isLong)
  }, 90_000)
  for (const [name, part] of Object.entries(parts)) {
    if (name.includes(options.only)) await part(browser, { parent, child })
  }
}

await mkdir(options.out, { recursive: true })
const family = new Family(options.program, options.web)
const browser = await launch()
try {
  if (options.screenshot) await takePicture(browser, family, options.screenshot)
  else await run(browser, family)
} catch (error) {
  failures += 1
  console.log(`FAIL  the test itself broke off\n      ${error.message}`)
} finally {
  await browser.close()
  await check('all nodes end well', async () => {
    const unwell = await family.end(failures > 0)
    checks.expect(unwell.length === 0, `killed after 15 s, or not 0: ${unwell.join(', ')}`)
  })
}
console.log(failures === 0 ? 'all checks hold' : `${failures} checks failed`)
process.exit(failures === 0 ? 0 : 1)

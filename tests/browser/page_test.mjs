// Drives the page of a running node as a person would:
//
//   node page_test.mjs --url http://localhost:19999/ --out DIR
//
// Exit code 0 when every check holds, 1 when one does not, 2 on wrong usage.

import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { launch, openPage } from './browser.mjs'
import * as checks from './checks.mjs'

const usage = 'usage: page_test.mjs --url URL [--out DIR] [--timeout SECONDS]'

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: 'string' },
        out: { type: 'string', default: path.join(tmpdir(), 'tributary-page') },
        timeout: { type: 'string', default: '20' },
      },
    })
    const milliseconds = Number(values.timeout) * 1000
    if (!values.url || !(milliseconds > 0)) throw new Error(usage)
    return { url: new URL('/', values.url).href, out: values.out, milliseconds }
  } catch (error) {
    console.error(error.message)
    console.error(usage)
    process.exit(2)
  }
}

const { url, out, milliseconds } = readArguments()
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
  if (complaints.length > 0) throw new Error(complaints.join('; '))
}

async function nodePage(browser) {
  const { page, complaints, close } = await openPage(browser, url, {
    colorScheme: 'dark',
  })
  page.setDefaultTimeout(milliseconds)
  await check('the node page lists "Replicated Nodes"', () => checks.nodeList(page))
  await check('a chart shows values', () => checks.chartsDrawn(page))
  await check('values move without a reload', () => checks.valuesMove(page))
  await check('hover tells one instant on several charts', () =>
    checks.hoverInSync(page),
  )
  await page.screenshot({ path: path.join(out, 'desktop-dark.png') })
  await check('dragging zooms all charts', () => checks.dragZooms(page))
  await page.screenshot({ path: path.join(out, 'desktop-zoomed.png') })
  await check('a double click leads back to live', () => checks.zoomResets(page))
  await check('the arrow keys move the cursor', () => checks.keysMoveCursor(page))
  await check('the menu leads to its sections', () => checks.menuLeads(page))
  await check('the node page has nothing to complain about', () =>
    noComplaints(complaints),
  )
  const child = await checks.firstChild(page)
  await close()
  return child
}

async function hostPage(browser, address) {
  const { page, complaints, close } = await openPage(browser, address)
  page.setDefaultTimeout(milliseconds)
  await check(`${address} shows that host's charts`, () => checks.chartsDrawn(page))
  await check('and they move', () => checks.valuesMove(page))
  await check('and there is nothing to complain about', () =>
    noComplaints(complaints),
  )
  await page.screenshot({ path: path.join(out, 'child-light.png') })
  await close()
}

async function unknownHost(browser) {
  const address = new URL('/host/no-such-host/', url).href
  const { page, close } = await openPage(browser, address)
  page.setDefaultTimeout(milliseconds)
  await check('an unknown host is named', () =>
    checks.namesUnknownHost(page, 'no-such-host'),
  )
  await close()
}

async function look(browser, name, options) {
  const { page, complaints, close } = await openPage(browser, url, options)
  page.setDefaultTimeout(milliseconds)
  await check(`${name}: charts are drawn`, () => checks.chartsDrawn(page))
  await check(`${name}: fits the width`, () => checks.fitsWidth(page))
  await check(`${name}: nothing to complain about`, () => noComplaints(complaints))
  await page.screenshot({ path: path.join(out, `${name}.png`) })
  await close()
}

await mkdir(out, { recursive: true })
const browser = await launch()
try {
  const child = await nodePage(browser)
  if (child) await hostPage(browser, child)
  else console.log('note  no child is live: its page is not checked')
  await unknownHost(browser)
  await look(browser, 'desktop-light', { colorScheme: 'light' })
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }
  await look(browser, 'phone', { ...phone, isMobile: true, hasTouch: true })
} catch (error) {
  failures += 1
  console.log(`FAIL  the test itself broke off\n      ${error.message}`)
} finally {
  await browser.close()
}
console.log(failures === 0 ? 'all checks hold' : `${failures} checks failed`)
process.exit(failures === 0 ? 0 : 1)

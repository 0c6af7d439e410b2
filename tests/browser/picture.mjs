// The picture of the README: a parent and children with something to do.

import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openPage } from './browser.mjs'
import { chartsDrawn, expect, rowsTell, tilesTell } from './checks.mjs'
import { waitFor } from './nodes.mjs'

const bytesMax = 300_000
/** Seconds of history that the picture shows. */
const shownSeconds = 120

/** Works in bursts, so that lines go up and down. */
function makeLoad(folder) {
  const script = `
    import { writeFileSync } from 'node:fs'
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
    for (let round = 0; ; round += 1) {
      const share = 0.25 + 0.2 * Math.sin(round / 9) + 0.15 * Math.sin(round / 2.3)
      const until = Date.now() + 250 * Math.max(0.02, share)
      while (Date.now() < until) Math.sqrt(Math.random())
      if (round % 5 === 0) writeFileSync(process.argv[1], Buffer.alloc(4e6 + 3e6 * Math.sin(round / 7)))
      await pause(250 * (1 - share))
    }`
  const file = path.join(folder, 'written')
  return spawn(process.execPath, ['--input-type=module', '--eval', script, file])
}

export async function takePicture(browser, family, file) {
  const parent = await family.addParent('harbour')
  for (const name of ['web-01', 'web-02', 'database']) await family.addChild(name)
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-load-'))
  const load = makeLoad(folder)
  try {
    await waitFor(
      'enough samples',
      async () => {
        const { mirrored_hosts_status: hosts } = await parent.ask('api/v1/info')
        return hosts.every((one) => one.newest_sample - one.oldest_sample >= shownSeconds + 5)
      },
      (shownSeconds + 60) * 1000,
    )
    await mkdir(path.dirname(path.resolve(file)), { recursive: true })
    const address = new URL(`?last=${shownSeconds}s`, parent.url).href
    const look = { colorScheme: 'dark', viewport: { width: 1440, height: 1180 } }
    const { page, close } = await openPage(browser, address, look)
    await chartsDrawn(page)
    await tilesTell(page)
    await rowsTell(page)
    await page.screenshot({ path: file })
    await close()
  } finally {
    load.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
  const { size } = await stat(file)
  expect(size < bytesMax, `${file} has ${size} bytes, at most ${bytesMax}`)
  console.log(`ok    ${file} (${size} bytes)`)
}

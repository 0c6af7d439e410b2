// Debian's chromium, and what goes wrong in its pages.

import { chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export function launch() {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/**
 * A page that collects its complaints: console errors, exceptions, requests
 * that fail or leave the node. `expectStatus` names answers that are meant.
 */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    ...options,
  })
  const page = await context.newPage()
  const complaints = []
  const { origin } = new URL(url)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      complaints.push(`console ${message.type()}: ${message.text()}`)
    }
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error}`))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) {
      complaints.push(`request to another server: ${request.url()}`)
    }
  })
  page.on('requestfailed', (request) => {
    // The page itself ends a stream when it moves to another one, and a reload
    // ends all.
    const reason = request.failure()?.errorText
    if (reason === 'net::ERR_ABORTED') return
    complaints.push(`request failed: ${request.url()} ${reason}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) {
      complaints.push(`status ${response.status()}: ${response.url()}`)
    }
  })
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}

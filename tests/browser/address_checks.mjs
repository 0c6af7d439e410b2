// What the address of the page holds, and what keys do.

import { openPage } from './browser.mjs'
import { chartsDrawn, expect, rangeText, waitOn } from './checks.mjs'

/** A copied address shows the same time on another page, standing still. */
export async function addressIsShared(browser, page) {
  const range = await rangeText(page)
  const address = page.url()
  expect(/[?&]from=\d+&to=\d+/.test(address), `no time in ${address}`)
  const other = await openPage(browser, address)
  await chartsDrawn(other.page)
  expect((await rangeText(other.page)) === range, `another page does not show ${range}`)
  await other.page.getByRole('button', { name: 'Back to live' }).waitFor()
  await other.close()
  return new URL(address).search
}

/** The browser's buttons go through the times that were shown. */
export async function backAndForward(page) {
  const live = await rangeText(page)
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Back to live' }).waitFor()
  const paused = await rangeText(page)
  await page.goBack()
  await waitOn(
    page,
    `back does not lead to "${live}"`,
    (text) => document.querySelector('[data-testid=range]').innerText === text,
    live,
  )
  await page.goForward()
  await waitOn(
    page,
    `forward does not lead to "${paused}"`,
    (text) => document.querySelector('[data-testid=range]').innerText === text,
    paused,
  )
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Pause' }).waitFor()
}

export async function pickerChooses(page) {
  await page.getByTestId('range').click()
  await page.getByRole('button', { name: '1 h', exact: true }).click()
  await waitOn(page, 'the address lacks the hour', () => location.search.includes('last=1h'))
  await chartsDrawn(page)
  await page.goBack()
  await waitOn(page, 'back keeps the hour', () => !location.search.includes('last=1h'))
}

export async function searchFinds(page) {
  await page.keyboard.press('/')
  await page.keyboard.type('load')
  await waitOn(page, 'the search does not find system.load alone', () => {
    const ids = [...document.querySelectorAll('[data-chart]')].map((one) => one.dataset.chart)
    return ids.includes('system.load') && !ids.includes('system.ram')
  })
  await waitOn(page, 'the address lacks the search', () => location.search.includes('q=load'))
  await page.reload()
  await waitOn(
    page,
    'the search does not survive a reload',
    () =>
      document.querySelector('[data-chart="system.load"]') !== null &&
      document.querySelector('[data-chart="system.ram"]') === null,
  )
  await page.keyboard.press('/')
  await page.keyboard.type('no such chart')
  await page.getByText('No chart is named like that').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('[data-chart="system.ram"]').waitFor()
  await page.keyboard.press('Escape')
}

export async function sectionsFold(page) {
  const head = page.locator('#menu_system button')
  await head.click()
  await waitOn(
    page,
    'the section does not fold',
    () => !document.querySelector('[data-chart="system.cpu"]') && location.search.includes('fold=system'),
  )
  await head.click()
  await page.locator('[data-chart="system.cpu"]').waitFor()
}

const themeOf = (page) => page.evaluate(() => document.documentElement.dataset.theme)

/** `t` changes the theme, a reload keeps it, and the canvas follows. */
export async function themeIsKept(page) {
  const before = await themeOf(page)
  await page.keyboard.press('t')
  const after = await themeOf(page)
  expect(before !== after, 'the theme stays')
  await page.reload()
  expect((await themeOf(page)) === after, 'a reload forgets the theme')
  await chartsDrawn(page)
  await page.keyboard.press('t')
  expect((await themeOf(page)) === before, 'the theme does not change back')
}

export async function helpOpens(page) {
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

/** Arrow keys pan and plus zooms when no chart has the focus. */
export async function keysMoveTime(page) {
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('button', { name: 'Back to live' }).waitFor()
  const panned = await rangeText(page)
  await page.keyboard.press('+')
  await waitOn(
    page,
    'plus does not zoom',
    (text) => document.querySelector('[data-testid=range]').innerText !== text,
    panned,
  )
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Pause' }).waitFor()
}

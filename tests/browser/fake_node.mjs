// A server that answers as a node with many children and charts would, for what
// takes too long to build of real ones. Values are waves; times are now.

import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

const kinds = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const names = ['harbour', 'mill', 'bridge', 'lock', 'weir', 'ferry', 'dam', 'spring']

function hostAt(index) {
  const hex = index.toString(16).padStart(12, '0')
  const state = index % 17 === 5 ? 'offline' : index % 23 === 7 ? 'stale' : 'live'
  const now = Math.floor(Date.now() / 1000)
  const age = { live: 0, stale: 40, offline: 4000 }[state]
  return {
    guid: `00000000-0000-4000-8000-${hex}`,
    hostname: `${names[index % names.length]}-${String(index).padStart(3, '0')}`,
    reachable: state === 'live',
    state,
    hops: index === 0 ? 0 : 1 + (index % 3),
    newest_sample: now - age,
    oldest_sample: now - 86_400,
    age_ms: age * 1000 + 300,
    reason: state === 'offline' ? 'the link was closed by the child' : '',
  }
}

function chart(id, family, context, priority, units, type, dimensions) {
  const entries = dimensions.map((name) => [name, { name, hidden: false }])
  return {
    id, name: id, type: id.split('.')[0], family, context, title: `${context} of ${family}`,
    priority, units, chart_type: type, update_every: 1, dimensions: Object.fromEntries(entries),
  }
}

const cpu = ['user', 'system', 'nice', 'iowait', 'irq', 'softirq', 'steal', 'guest']

/** Charts as a machine of many processors, disks and interfaces has them. */
function chartsOf(count) {
  const all = [
    chart('system.cpu', 'cpu', 'system.cpu', 100, 'percentage', 'stacked', cpu),
    chart('system.load', 'load', 'system.load', 110, 'load', 'line', ['load1', 'load5', 'load15']),
    chart('system.io', 'disk', 'system.io', 150, 'KiB/s', 'area', ['reads', 'writes']),
    chart('system.ram', 'ram', 'system.ram', 200, 'MiB', 'stacked', ['free', 'used', 'cached', 'buffers']),
    chart('system.net', 'network', 'system.net', 500, 'kilobits/s', 'area', ['received', 'sent']),
    chart('disk_space._', '/', 'disk.space', 2023, 'GiB', 'stacked', ['avail', 'used', 'reserved']),
  ]
  for (let at = 0; all.length < count; at += 1) {
    all.push(
      chart(`cpu.cpu${at}`, `cpu${at}`, 'cpu.cpu', 1000, 'percentage', 'stacked', cpu),
      chart(`disk.vd${at}`, `vd${at}`, 'disk.io', 2000, 'KiB/s', 'area', ['reads', 'writes']),
      chart(`disk_ops.vd${at}`, `vd${at}`, 'disk.ops', 2001, 'operations/s', 'line', ['reads', 'writes']),
      chart(`disk_util.vd${at}`, `vd${at}`, 'disk.util', 2004, '% of time working', 'area', ['utilization']),
      chart(`net.eth${at}`, `eth${at}`, 'net.net', 7000, 'kilobits/s', 'area', ['received', 'sent']),
      chart(`net_packets.eth${at}`, `eth${at}`, 'net.packets', 7001, 'packets/s', 'line', ['received', 'sent', 'multicast']),
    )
  }
  return all.slice(0, count)
}

function valuesAt(one, time) {
  return Object.keys(one.dimensions).map((name, at) => {
    const wave = 6 + 5 * Math.sin(time / (7 + 5 * at) + one.priority + at)
    const value = Math.round(wave * 100) / 100
    return name === 'sent' || name === 'writes' ? -value : value
  })
}

/** Starts it on a free loopback port; `webFolder` is a built page. */
export async function startFakeNode({ webFolder, hosts, charts }) {
  const list = chartsOf(charts)
  const byId = new Map(list.map((one) => [one.id, one]))
  const statuses = () => Array.from({ length: hosts }, (_, at) => hostAt(at))
  const now = () => Math.floor(Date.now() / 1000)
  const json = (response, value) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(value))
  }
  const answers = {
    info: (response) => {
      const [own] = statuses()
      json(response, {
        version: '0', uid: own.guid, hostname: own.hostname, node_hostname: own.hostname,
        node_uid: own.guid, mirrored_hosts_status: statuses(), cores_total: 8,
      })
    },
    charts: (response) => json(response, { hostname: hostAt(0).hostname, charts: Object.fromEntries(byId) }),
    data: (response, parameters) => {
      const one = byId.get(parameters.get('chart'))
      const before = Number(parameters.get('before')) || now()
      const after = Number(parameters.get('after'))
      const from = after > 0 ? after : before + after
      const row = Math.max(1, Math.ceil((before - from) / (Number(parameters.get('points')) || 1e9)))
      const data = []
      for (let time = before; time > from; time -= row) data.push([time, ...valuesAt(one, time)])
      json(response, { labels: ['time', ...Object.keys(one.dimensions)], data })
    },
    live: (response, parameters) => {
      const ids = parameters.get('charts')?.split(',') ?? [...byId.keys()]
      response.setHeader('content-type', 'text/event-stream')
      const send = (event, value) => response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`)
      const tick = () => {
        const time = now()
        const values = ids.map((id) => [id, valuesAt(byId.get(id), time)])
        send('nodes', statuses())
        send('tick', { tick: time, charts: Object.fromEntries(values) })
      }
      tick()
      const timer = setInterval(tick, 1000)
      response.on('close', () => clearInterval(timer))
    },
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    const [, name] = /\/api\/v1\/(\w+)$/.exec(url.pathname) ?? []
    if (name) return answers[name](response, url.searchParams)
    const file = url.pathname.startsWith('/assets/') ? url.pathname : '/index.html'
    response.setHeader('content-type', kinds[path.extname(file)])
    response.end(await readFile(path.join(webFolder, path.normalize(file))))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    end: () => (server.closeAllConnections(), server.close()),
  }
}

// Real nodes in temporary folders on free loopback ports, each ended by its
// process id.

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const startMilliseconds = 30_000
const stopMilliseconds = 15_000

/** A port that nobody listens on; another may take it before it is used. */
async function freePort() {
  const server = createServer()
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Asks until the condition gives something; then gives that. */
export async function waitFor(what, condition, milliseconds = startMilliseconds) {
  const deadline = Date.now() + milliseconds
  for (;;) {
    const value = await Promise.resolve(condition()).catch(() => undefined)
    if (value) return value
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

class Node {
  process = null

  constructor(program, folder, name, port) {
    this.program = program
    this.folder = folder
    this.name = name
    this.url = `http://127.0.0.1:${port}/`
  }

  /** Again with the same store after `kill` or `stop`. */
  async start() {
    const log = await open(path.join(this.folder, 'log'), 'a')
    const options = { stdio: ['ignore', log.fd, log.fd] }
    this.process = spawn(this.program, ['--config-dir', path.join(this.folder, 'etc')], options)
    this.ended = new Promise((resolve) => this.process.once('exit', resolve))
    await log.close()
    await waitFor(`${this.name} is ready`, async () => {
      if (this.process.exitCode !== null) throw new Error('it ended')
      return (await fetch(new URL('ready', this.url))).ok
    }).catch(async (error) => {
      throw new Error(`${error.message}\n${await this.lastWords()}`)
    })
  }

  /** As a machine that hangs: its links stay up. */
  suspend() {
    this.process.kill('SIGSTOP')
  }

  resume() {
    this.process.kill('SIGCONT')
  }

  async kill() {
    this.process.kill('SIGKILL')
    await this.ended
  }

  /** False when it had to be killed or complained. */
  async stop() {
    if (!this.process) return true
    const timer = setTimeout(() => this.process.kill('SIGKILL'), stopMilliseconds)
    this.process.kill('SIGTERM')
    await this.ended
    clearTimeout(timer)
    return this.process.exitCode === 0
  }

  async ask(address) {
    const response = await fetch(new URL(address, this.url))
    if (!response.ok) throw new Error(`${address}: status ${response.status}`)
    return response.json()
  }

  async lastWords() {
    const text = await readFile(path.join(this.folder, 'log'), 'utf8')
    return text.split('\n').slice(-12).join('\n')
  }
}

/** A parent and its children. */
export class Family {
  key = randomUUID()
  nodes = []

  /** `webFolder` serves the page of that folder instead of the built-in one. */
  constructor(program, webFolder = null) {
    this.program = program
    this.webFolder = webFolder
  }

  async addParent(name) {
    this.folder ??= await mkdtemp(path.join(tmpdir(), 'tributary-page-'))
    this.linkPort = await freePort()
    return this.add(
      name,
      `[stream]
    link bind to = 127.0.0.1
    link port = ${this.linkPort}
[${this.key}]
    type = api
    enabled = yes
    allow from = localhost
`,
    )
  }

  async addChild(name) {
    return this.add(
      name,
      `[stream]
    enabled = yes
    destination = 127.0.0.1:${this.linkPort}
    api key = ${this.key}
    reconnect delay = 5s
`,
    )
  }

  async add(name, stream) {
    const folder = path.join(this.folder, name)
    const port = await freePort()
    await mkdir(path.join(folder, 'etc'), { recursive: true })
    const web = this.webFolder ? `    web = ${this.webFolder}\n` : ''
    const text = `[directories]
    data = ${folder}/data
    run = ${folder}/run
${web}[global]
    hostname = ${name}
[web]
    bind to = 127.0.0.1
    default port = ${port}
`
    await writeFile(path.join(folder, 'etc', 'tributary.conf'), text)
    const file = path.join(folder, 'etc', 'stream.conf')
    await writeFile(file, stream, { mode: 0o600 })
    const node = new Node(this.program, folder, name, port)
    this.nodes.push(node)
    await node.start()
    return node
  }

  /**
   * Ends all nodes and names those that did not end well. Their files go only
   * when nothing went wrong.
   */
  async end(keepFiles) {
    const unwell = []
    for (const node of [...this.nodes].reverse()) {
      if (!(await node.stop())) unwell.push(node.name)
    }
    if (keepFiles || unwell.length > 0) console.log(`note  logs are in ${this.folder}`)
    else if (this.folder) await rm(this.folder, { recursive: true, force: true })
    return unwell
  }
}

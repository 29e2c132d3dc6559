// A Bluesky network on loopback for the tests: a PLC directory, a PDS, and an AppView with its
// sync service, all as their makers publish them in @atproto/dev-env. Ozone (moderation) is left
// out: nothing here asks it anything, and it doubles the start-up time.
//
//   node network.mjs --modules DIR --data DIR --postgres URL --redis HOST:PORT
//                    [--plc-port N] [--pds-port N] [--appview-port N] [--control-port N]
//                    [--rate-limits]
//
// Prints one line of JSON when everything answers, then serves until its standard input closes
// or it is told to stop. The control port knows one request: POST /settle, answered when the
// AppView has taken in everything the PDS has written.

import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const LOOPBACK = '127.0.0.1'

const { values: options } = parseArgs({
  options: {
    modules: { type: 'string' },
    data: { type: 'string' },
    postgres: { type: 'string', default: 'postgresql://postgres@127.0.0.1:5432/postgres' },
    redis: { type: 'string', default: '127.0.0.1:6379' },
    'plc-port': { type: 'string', default: '0' },
    'pds-port': { type: 'string', default: '0' },
    'appview-port': { type: 'string', default: '0' },
    'control-port': { type: 'string', default: '0' },
    'rate-limits': { type: 'boolean', default: false },
  },
})

// The servers listen on every address of the machine when left alone.
function keepToLoopback() {
  const listen = net.Server.prototype.listen
  net.Server.prototype.listen = function (...args) {
    const [first, second] = args
    if (typeof first === 'object' && first !== null) {
      if (first.port !== undefined) args[0] = { ...first, host: LOOPBACK }
    } else if (first === undefined || typeof first === 'function') {
      args.splice(0, first === undefined ? 1 : 0, 0, LOOPBACK)
    } else if (typeof first === 'number' || /^\d+$/.test(first)) {
      args.splice(1, typeof second === 'string' || second === undefined ? 1 : 0, LOOPBACK)
    }
    return listen.apply(this, args)
  }
}

async function freePort(wanted) {
  if (Number(wanted)) return Number(wanted)
  const server = net.createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

// One database per network, so that two runs side by side never meet.
async function makeDatabase(pg, url) {
  const name = `libsocial_test_bluesky_${process.pid}_${Date.now()}`
  const admin = async (statement) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await admin(`CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return { url: own.href, drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

async function startNetwork(dev, database) {
  const plc = await dev.TestPlc.create({ port: await freePort(options['plc-port']) })
  const pdsPort = await freePort(options['pds-port'])
  const apiKey = 'bsync-api-key' // the key TestBsky expects its sync service to know
  const bsync = await dev.TestBsync.create({
    port: await freePort(0),
    apiKeys: [apiKey],
    dbUrl: database.url,
    dbSchema: 'bsync',
  })
  const bsky = await dev.TestBsky.create({
    port: await freePort(options['appview-port']),
    plcUrl: plc.url,
    pdsPort,
    bsyncUrl: bsync.url,
    bsyncApiKey: apiKey,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: database.url,
    dbPostgresSchema: 'appview',
    redisHost: options.redis,
  })
  bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
  const pds = await dev.TestPds.create({
    port: pdsPort,
    didPlcUrl: plc.url,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.ctx.cfg.serverDid,
    dataDirectory: join(options.data, 'pds'),
    blobstoreDiskLocation: join(options.data, 'blobs'),
    enableDidDocWithSession: true,
    rateLimitsEnabled: options['rate-limits'],
  })
  dev.mockNetworkUtilities(pds, bsky)
  return { plc, pds, bsync, bsky }
}

// The AppView has everything once its cursor has reached the PDS's last event, and the counts and
// notices that follow from it are written in the background after that.
async function settle({ pds, bsync, bsky }, deadline = Date.now() + 60_000) {
  await pds.processAll()
  const last = (await pds.ctx.sequencer.curr()) ?? 0
  for (;;) {
    if (((await bsky.sub.getCursor()) ?? 0) >= last) break
    if (Date.now() > deadline) throw new Error(`the AppView did not reach event ${last} in time`)
    await new Promise((done) => setTimeout(done, 10))
  }
  await bsky.sub.processAll()
  await bsky.bsyncSub.processAll(await bsync.getStreamHeads())
}

async function startControl(network) {
  const server = http.createServer(async (request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (request.method !== 'POST' || request.url !== '/settle') return answer(404, {})
    try {
      await settle(network)
      answer(200, {})
    } catch (error) {
      answer(504, { error: String(error) })
    }
  })
  server.listen(Number(options['control-port']))
  await once(server, 'listening')
  return server
}

async function main() {
  keepToLoopback()
  mkdirSync(join(options.data, 'pds'), { recursive: true })
  const require = createRequire(join(resolve(options.modules), 'package.json'))
  const load = (name) => import(pathToFileURL(require.resolve(name)).href)
  const dev = await load('@atproto/dev-env')
  const { default: pg } = await load('pg')

  const database = await makeDatabase(pg, options.postgres)
  let stopping = false
  const stop = async (status) => {
    if (stopping) return
    stopping = true
    // Closing each server in turn waits for open connections; the database is the only thing
    // that outlives this process, so it alone is cleared away.
    await database.drop().catch((error) => console.error(error))
    process.exit(status)
  }
  process.stdin.on('end', () => stop(0)).on('error', () => stop(0)).resume()
  process.on('SIGTERM', () => stop(0))
  process.on('SIGINT', () => stop(0))
  // Dropping the database under open connections makes them fail: expected once we are stopping.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => {
      if (stopping) return
      console.error(error)
      stop(1)
    })
  }

  const network = await startNetwork(dev, database)
  const control = await startControl(network)
  process.stdout.write(
    JSON.stringify({
      plc: network.plc.url,
      pds: network.pds.url,
      appview: network.bsky.url,
      appview_did: network.bsky.ctx.cfg.serverDid,
      control: `http://${LOOPBACK}:${control.address().port}`,
    }) + '\n',
  )
}

await main()

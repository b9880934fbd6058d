// Segment's own runtime as one side of a comparison. The first line of standard input is a piece of work, as JSON; each
// further line asks for its outputs, or for a number of its steps timed. One JSON answer a line.
'use strict'
const fs = require('fs')
const path = require('path')
const readline = require('readline')
const { createRequire } = require('module')

// The packages are those that the tests compare with: their versions are pinned there and nowhere else.
const oracle = path.join(__dirname, '../../tests/oracle')
const need = createRequire(path.join(oracle, 'server.js'))
const core = path.join(oracle, 'node_modules/@segment/actions-core/dist/cjs')

// AJV warns about schemas that the reference itself builds; there is nothing to be done about them here.
console.warn = () => {}

// As in `create-request-client`: whoever calls fetch finds it in its module when it calls.
const fetchModule = need(path.join(core, 'fetch.js'))
let requests = null
function stubNetwork() {
  fetchModule.default = async (request) => {
    if (requests !== null) {
      const headers = {}
      request.headers.forEach((value, key) => { headers[key] = value })
      requests.push({ method: request.method, url: request.url, headers, body: await request.text() })
    }
    return new fetchModule.Response('{}', { status: 200, statusText: 'OK', headers: { 'content-type': 'application/json' } })
  }
}

const { Destination } = need('@segment/actions-core')
const { transform } = need('@segment/actions-core/mapping-kit')
const { parseFql, validate } = need('@segment/destination-subscriptions')
const { fieldsToJsonSchema } = need('@segment/actions-core/destination-kit/fields-to-jsonschema')
const { validateSchema } = need('@segment/actions-core/schema-validation')
const { removeEmptyValues } = need(path.join(core, 'remove-empty-values.js'))

const definitionOf = (name) => need(`@segment/action-destinations/dist/destinations/${name}`).default
const readLines = (file) => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1)
const readEvents = (file) => readLines(file).map((line) => JSON.parse(line))
const settingsOf = ({ settings, subscriptions }) => ({
  ...settings,
  subscriptions: subscriptions.map(({ name, action, trigger, mapping }) => ({
    name, partnerAction: action, subscribe: trigger, mapping,
  })),
})
const matches = (trigger, event) => trigger === null || validate(parseFql(trigger), event)

// An error is an answer: both sides have to refuse the same.
function attempt(step) {
  try {
    const value = step()
    return value === undefined ? null : { value }
  } catch (error) {
    return { refused: true }
  }
}

// A work: how many steps there are before they repeat, what they come to, and doing them.
const steps = (items, step, output = (value) => value) => ({
  lengths: [items.length],
  outputs: () => items.map((item) => attempt(() => output(step(item)))),
  run: ({ count }) => {
    for (let index = 0; index < count; index++) {
      try {
        step(items[index % items.length])
      } catch (error) {
        continue
      }
    }
  },
})
const waiting = (items, step, output) => ({
  lengths: [items.length],
  outputs: async () => {
    const found = []
    for (const item of items) found.push(await output(item))
    return found
  },
  run: async ({ count }) => {
    for (let index = 0; index < count; index++) await step(items[index % items.length])
  },
})
const parts = (all) => ({
  lengths: all.flatMap(({ lengths }) => lengths),
  outputs: async () => {
    const found = []
    for (const part of all) found.push(...await part.outputs())
    return found
  },
  run: (request) => all[request.part].run(request),
})
// Steps under way side by side, `concurrency` of them at a time.
const crowd = (items, step) => ({
  ...waiting(items, step, step),
  run: async ({ count, concurrency }) => {
    const latencies = []
    let next = 0
    let refused = 0
    const worker = async () => {
      while (next < count) {
        const item = items[next++ % items.length]
        const started = performance.now()
        refused += await step(item)
        latencies.push(performance.now() - started)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
    return { latencies, refused }
  },
})

// AJV keeps a schema under its key for ever, whatever it is given later.
let contracts = 0

const works = {
  floor: ({ corpus }) => steps(readLines(corpus), (line) => JSON.stringify(JSON.parse(line)), JSON.parse),

  trigger: ({ corpus, triggers }) =>
    steps(readEvents(corpus), (event) => triggers.map((trigger) => validate(parseFql(trigger), event))),

  mapping: ({ corpus, routes }) => {
    const items = readEvents(corpus).flatMap((event) =>
      routes.filter((route) => matches(route.trigger, event)).map((route) => ({ event, mapping: route.mapping })))
    return steps(items, ({ event, mapping }) => transform(mapping, event))
  },

  contract: ({ corpus, destination, fields, routes }) => {
    const definition = fields ? { actions: { send: { fields } } } : definitionOf(destination)
    const schemas = new Map()
    const key = `contract ${contracts++}`
    const items = readEvents(corpus).flatMap((event) =>
      routes.filter((route) => matches(route.trigger, event)).map(({ action, mapping }) => {
        if (!schemas.has(action)) schemas.set(action, fieldsToJsonSchema(definition.actions[action].fields))
        return { values: transform(mapping, event), schema: schemas.get(action), key: `${key}, ${action}` }
      }))
    return steps(items, ({ values, schema, key }) => {
      const payload = removeEmptyValues(values, schema, true)
      validateSchema(payload, schema, { schemaKey: key, exempt: ['dynamicAuthSettings'] })
      return payload
    })
  },

  path: ({ corpus, destination, parse, alone, ...account }) => {
    stubNetwork()
    const target = new Destination(definitionOf(destination))
    const all = settingsOf(account)
    // Production calls with the one subscription that matches.
    const one = (event) => {
      const subscription = all.subscriptions.find(({ subscribe }) => matches(subscribe, event))
      return subscription && { ...all, subscriptions: undefined, subscription }
    }
    const items = readLines(corpus)
      .map((line) => ({ line, event: JSON.parse(line) }))
      .map(({ line, event }) => ({ event: parse ? line : event, settings: alone ? one(event) : all }))
      .filter(({ settings }) => settings)
    const step = async ({ event, settings }) => {
      try {
        await target.onEvent(parse ? JSON.parse(event) : event, settings)
        return false
      } catch (error) {
        return true
      } finally {
        target.responses.length = 0 // nobody else ever empties it
      }
    }
    return waiting(items, step, async (item) => {
      requests = []
      const refused = await step(item)
      const sent = requests
      requests = null
      return { refused, requests: sent }
    })
  },

  batch: ({ corpus, destination, size, ...account }) => {
    stubNetwork()
    const target = new Destination(definitionOf(destination))
    const settings = settingsOf(account)
    const events = readEvents(corpus)
    const batches = []
    for (let start = 0; start + size <= events.length; start += size) batches.push(events.slice(start, start + size))
    const step = async (batch) => {
      const results = await target.onBatch(batch, settings)
      target.responses.length = 0
      return results
    }
    return waiting(batches, step, async (batch) => {
      requests = []
      const [{ multistatus }] = await step(batch)
      const sent = requests
      requests = null
      return { statuses: multistatus.map(({ status }) => status), requests: sent }
    })
  },

  loopback: ({ corpus, destination, ...account }) => {
    const target = new Destination(definitionOf(destination))
    const settings = settingsOf(account)
    return crowd(readEvents(corpus), async (event) => {
      try {
        await target.onEvent(event, settings)
        return false
      } catch (error) {
        return true
      } finally {
        target.responses.length = 0
      }
    })
  },

  catalog: ({ names }) => steps(names.map((name) => new Destination(definitionOf(name))), () => null),

  // All steps are under way before the first one ends.
  'in flight': ({ corpus, destination, ...account }) => {
    stubNetwork()
    const answer = fetchModule.default
    let open
    const gate = new Promise((resolve) => { open = resolve })
    fetchModule.default = (request) => gate.then(() => answer(request))
    const target = new Destination(definitionOf(destination))
    const settings = settingsOf(account)
    const lines = readLines(corpus)
    return {
      ...steps(lines, () => null),
      run: async ({ count }) => {
        const before = process.memoryUsage().rss
        const deliveries = Array.from({ length: count }, (_, index) =>
          target.onEvent(JSON.parse(lines[index % lines.length]), settings).catch(() => null))
        await new Promise((resolve) => setTimeout(resolve, 100))
        const grown = process.memoryUsage().rss - before
        open()
        await Promise.all(deliveries)
        return { bytes: grown }
      },
    }
  },

  parts: (work) => parts(work.parts.map((part) => works[part.work](part))),
}

async function timed(work, request) {
  const cpu = process.cpuUsage()
  const wall = process.hrtime.bigint()
  const { latencies, ...told } = (await work.run(request)) ?? {}
  const { user, system } = process.cpuUsage(cpu)
  const times = { cpu_us: user + system, wall_us: Number(process.hrtime.bigint() - wall) / 1000 }
  if (latencies === undefined) return { ...times, ...told }
  latencies.sort((one, other) => one - other)
  const [p50_ms, p99_ms] = [50, 99].map((part) => latencies[Math.floor((latencies.length * part) / 100)])
  return { ...times, ...told, p50_ms, p99_ms }
}

async function main() {
  let work = null
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let answer
    try {
      const request = JSON.parse(line)
      if (work === null) {
        work = works[request.work](request)
        answer = { lengths: work.lengths, version: process.version }
      } else if (request.op === 'outputs') answer = { outputs: await work.outputs() }
      else answer = await timed(work, request)
    } catch (error) {
      answer = { error: `${error.name}: ${error.message}` }
    }
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
}

main()

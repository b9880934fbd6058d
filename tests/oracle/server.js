// Answers questions to Segment's own runtime: one JSON request per line in, one JSON answer per line out.
// {op, ...} -> {result} or {error: {message, errors?, status?, code?}}. The operations are the functions in `operations`.
'use strict'
const path = require('path')
const readline = require('readline')

const core = path.join(__dirname, 'node_modules/@segment/actions-core')
const requests = []
let reply = null
const fetchModule = require(path.join(core, 'dist/cjs/fetch.js'))
fetchModule.default = async (request) => {
  const headers = {}
  request.headers.forEach((value, key) => { headers[key] = value })
  requests.push({ method: request.method, url: request.url, headers, body: await request.text() })
  const { status = 200, body = '{}', contentType = 'application/json' } = reply ?? {}
  return new fetchModule.Response(body, { status, headers: { 'content-type': contentType } })
}

const { transform, transformBatch } = require('@segment/actions-core/mapping-kit')
const { parseFql, generateFql, validate } = require('@segment/destination-subscriptions')
const { fieldsToJsonSchema } = require('@segment/actions-core/destination-kit/fields-to-jsonschema')
const { validateSchema } = require('@segment/actions-core/schema-validation')
const { removeEmptyValues } = require(path.join(core, 'dist/cjs/remove-empty-values.js'))
const { Destination } = require('@segment/actions-core')

function checkContract(fields, values, single) {
  // An action without fields has no schema: its payload is whatever the mapping gave.
  if (Object.keys(fields).length === 0) return values
  const schema = fieldsToJsonSchema(fields)
  const payload = removeEmptyValues(values, schema, single)
  validateSchema(payload, schema, { exempt: ['dynamicAuthSettings'] })
  return payload
}

const destinations = new Map()
function destination(name) {
  if (!destinations.has(name)) {
    const definition = require(`@segment/action-destinations/dist/destinations/${name}`).default
    destinations.set(name, { definition, destination: new Destination(definition) })
  }
  return destinations.get(name)
}

const operations = {
  ping: () => 'pong',
  parse: ({ fql }) => parseFql(fql),
  generate: ({ ast }) => generateFql(ast),
  mapping: ({ mapping, event }) => transform(mapping, event),
  mappingBatch: ({ mapping, events }) => transformBatch(mapping, events),
  trigger: ({ fql, event }) => {
    const ast = parseFql(fql)
    if (ast.error) throw ast.error
    return validate(ast, event)
  },
  contract: ({ fields, payload, batch = false }) => checkContract(fields, payload, !batch),
  settings: ({ fields, settings }) => {
    validateSchema(settings, fieldsToJsonSchema(fields), { exempt: ['dynamicAuthSettings'] })
    return settings
  },
  action: ({ fields, mapping, event }) => checkContract(fields, transform(mapping, event), true),
  event: async ({ name, event, settings, response = null }) => {
    requests.length = 0
    reply = response
    const target = destination(name).destination
    target.responses.length = 0
    let outcome
    try {
      outcome = { results: await target.onEvent(event, settings) }
    } catch (error) {
      outcome = { error: { name: error.name, message: error.message, status: error.status ?? error.response?.status ?? null } }
    }
    return { ...outcome, requests: [...requests] }
  },
}

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  let answer
  try {
    const { op, ...input } = JSON.parse(line)
    answer = { result: await operations[op](input) }
  } catch (error) {
    answer = { error: { name: error.name, message: error.message } }
    if (typeof error.toJSON === 'function') answer.error.errors = error.toJSON()
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
})

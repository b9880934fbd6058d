// Answers questions to Segment's own runtime: one JSON request per line in, one JSON answer per line out.
// {op, ...} -> {result} or {error: {message, errors?, status?, code?}}. The operations are the functions in `operations`.
'use strict'
const fs = require('fs')
const path = require('path')
const readline = require('readline')

// AJV warns about schemas that the reference itself builds; there is nothing to be done about them here.
console.warn = () => {}

const core = path.join(__dirname, 'node_modules/@segment/actions-core')
const requests = []
// What the partner answers: one response to all requests, or `{paths: {"/token": [response, ...]}}`, a list for each path
// of which the last one stays.
let reply = null
function replyTo(url) {
  const queue = reply?.paths?.[new URL(url).pathname]
  return (queue?.length > 1 ? queue.shift() : queue?.[0]) ?? reply ?? {}
}
const fetchModule = require(path.join(core, 'dist/cjs/fetch.js'))
fetchModule.default = async (request) => {
  const headers = {}
  request.headers.forEach((value, key) => { headers[key] = value })
  requests.push({ method: request.method, url: request.url, headers, body: await request.text() })
  const { status = 200, statusText = '', body = '{}', contentType = 'application/json' } = replyTo(request.url)
  return new fetchModule.Response(body, { status, statusText, headers: { 'content-type': contentType } })
}

const { transform, transformBatch } = require('@segment/actions-core/mapping-kit')
const { parseFql, generateFql, validate } = require('@segment/destination-subscriptions')
const { fieldsToJsonSchema } = require('@segment/actions-core/destination-kit/fields-to-jsonschema')
const { validateSchema } = require('@segment/actions-core/schema-validation')
const { removeEmptyValues } = require(path.join(core, 'dist/cjs/remove-empty-values.js'))
const { Destination } = require('@segment/actions-core')
const { scripted, account } = require('./scripted.js')

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

// A destination's definition as data: what its metadata.json says, and each field's `format`, which that leaves out.
const or = (value, other = null) => (value === undefined ? other : value)
function fieldData(field) {
  const properties = field.properties && Object.fromEntries(
    Object.entries(field.properties).map(([key, inner]) => [key, fieldData(inner)])
  )
  return { ...field, dynamic: Boolean(field.dynamic), hidden: or(field.unsafe_hidden), properties: or(properties) }
}
const fieldsData = (fields) => Object.fromEntries(Object.entries(fields ?? {}).map(([key, field]) => [key, fieldData(field)]))
function definitionData(definition) {
  return {
    slug: or(definition.slug),
    name: definition.name,
    mode: definition.mode,
    authentication: definition.authentication
      ? { scheme: definition.authentication.scheme, fields: fieldsData(definition.authentication.fields) }
      : null,
    actions: Object.fromEntries(
      Object.entries(definition.actions).map(([slug, action]) => [slug, {
        title: action.title,
        description: or(action.description),
        platform: or(action.platform),
        defaultSubscription: or(action.defaultSubscription),
        hidden: Boolean(action.hidden),
        fields: fieldsData(action.fields),
      }])
    ),
    presets: (definition.presets ?? []).map((preset) => ({
      name: preset.name,
      type: or(preset.type),
      partnerAction: preset.partnerAction,
      subscribe: or(preset.subscribe),
      mapping: or(preset.mapping),
      eventSlug: or(preset.eventSlug),
    })),
  }
}

function loadableDestinations() {
  const folder = path.join(__dirname, 'node_modules/@segment/action-destinations/dist/destinations')
  const names = []
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    try {
      destination(entry.name)
      names.push(entry.name)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND' && !(error instanceof TypeError)) throw error
    }
  }
  return names
}

const schemas = new Map()
function actionPayload({ name, action, mapping, event }) {
  const fields = destination(name).definition.actions[action].fields ?? {}
  const values = transform(mapping, event)
  if (Object.keys(fields).length === 0) return values
  const key = `${name}/${action}`
  if (!schemas.has(key)) schemas.set(key, fieldsToJsonSchema(fields))
  const payload = removeEmptyValues(values, schemas.get(key), true)
  validateSchema(payload, schemas.get(key), { schemaKey: key, exempt: ['dynamicAuthSettings'] })
  return payload
}

// What a destination answers, or throws, and the requests that it sends; see `reply` for `response`.
async function observe(target, response, call) {
  requests.length = 0
  reply = response
  target.responses.length = 0
  let outcome
  try {
    outcome = { results: await call(target) }
  } catch (error) {
    const { name, message, code = null } = error
    outcome = { error: { name, message, status: error.status ?? error.response?.status ?? null, code } }
  }
  return { ...outcome, requests: [...requests] }
}

// What can be done with the account of scripted.js. Settings hold the tokens, as `oauth`.
const accountCalls = {
  deliver: (target, { event, settings, options }) => target.onEvent(event, settings, options),
  deliverBatch: (target, { events, settings, options }) => target.onBatch(events, settings, options),
  check: (target, { settings }) => target.testAuthentication(settings),
  choices: (target, { action, field, ...data }) => target.executeDynamicField(action, field, data),
  hook: (target, { action, kind, ...data }) => target.actions[action].executeHook(kind, data),
  createAudience: (target, { options, ...input }) => target.createAudience(input),
  getAudience: (target, { options, ...input }) => target.getAudience(input),
  delete: (target, { user, settings, options }) => target.onDelete(user, settings, options),
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
  destinations: loadableDestinations,
  definition: ({ name }) => definitionData(destination(name).definition),
  actionPayload,
  // Events, one by one or as a batch, through the first destination of scripted.js.
  scripted: async ({ events, subscription, response = null }) => {
    requests.length = 0
    reply = response
    const target = new Destination(scripted)
    try {
      const results = await target.onBatch(events, { subscription })
      return { results, requests: [...requests] }
    } catch (error) {
      const status = error.status ?? error.response?.status ?? null
      return { error: { message: error.message, status, code: error.code ?? null }, requests: [...requests] }
    }
  },
  event: ({ name, event, settings, response = null }) =>
    observe(destination(name).destination, response, (target) => target.onEvent(event, settings)),
  batch: ({ name, events, settings, response = null }) =>
    observe(destination(name).destination, response, (target) => target.onBatch(events, settings)),
  account: async ({ definition, call, input, response }) => {
    const tokens = []
    const options = { onTokenRefresh: (refreshed) => { tokens.push(refreshed) } }
    const target = new Destination(account(definition))
    const told = await observe(target, response, () => accountCalls[call](target, { ...input, options }))
    return { ...told, tokens }
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

// Destinations for the tests, which define the same ones in Python.
'use strict'
const core = require('@segment/actions-core')

const field = (label, type, options) => ({ label, description: '', type, ...options })

// test_delivery.py: its batches answer as their payloads say.
const scripted = {
  name: 'Scripted',
  slug: 'actions-scripted',
  mode: 'cloud',
  authentication: { scheme: 'custom', fields: {} },
  presets: [],
  actions: {
    send: {
      title: 'Send',
      description: '',
      fields: {
        id: field('Id', 'string', { required: true }),
        how: field('How', 'string'),
        status: field('Status', 'integer'),
        data: field('Data', 'object'),
      },
      perform: (request, { payload }) => request('https://scripted.example/one', { method: 'post', json: payload }),
      performBatch: async (request, { payload }) => {
        const first = payload[0].how
        if (first === 'throw') throw new core.IntegrationError('all of them', 'ALL', payload[0].status ?? 418)
        if (first === 'raise') throw new core.RetryableError('later', payload[0].status)
        const response = await request('https://scripted.example/many', {
          method: 'post', json: payload, throwHttpErrors: first !== 'lenient'
        })
        if (first === 'response' || first === 'lenient') return response
        if (first === 'nothing') return undefined
        const answers = new core.MultiStatusResponse()
        payload.forEach((one, index) => {
          const status = one.status ?? 400
          if (one.how === 'missing') return
          if (one.how === 'fail') answers.setErrorResponseAtIndex(index, { status, errormessage: `no ${one.id}` })
          else if (one.how === 'coded') answers.setErrorResponseAtIndex(index, { status, errortype: 'CODED', errormessage: 'no', sent: one.data, body: 'b' })
          else answers.setSuccessResponseAtIndex(index, { status: one.status ?? 200, sent: one, body: one.data ?? {} })
        })
        return answers
      },
    },
  },
}

// test_operations.py: an account with tokens, and everything that is no delivery. Each request shows what it was asked
// for, with which token; what comes of it is what the partner answers.
const site = 'https://account.example'
const post = (request, path, json, options) => request(site + path, { method: 'post', json, ...options })

const offer = (name) => async (request, { payload, page, dynamicFieldContext }) => {
  const { selectedArrayIndex: index, selectedKey: key } = dynamicFieldContext ?? {}
  const { data } = await post(request, '/choices', { name, payload, page, index, key })
  return { choices: data.choices ?? [], nextPage: data.next, error: data.error }
}
const saveMapping = async (request, { payload, hookInputs }) => {
  const { data } = await post(request, '/hook', { payload, inputs: hookInputs })
  return { savedData: data.saved, successMessage: data.told, error: data.error }
}
const dynamicFields = {
  plain: offer('plain'),
  object: { prop: offer('prop'), __keys__: offer('keys'), __values__: offer('values') },
  closed: { prop: offer('closed') },
  list: { sku: offer('sku'), deep: { sku: offer('deep') } },
  a: { b: { c: offer('nested'), __values__: offer('nested values') } },
}
const hookInputs = {
  name: field('Name', 'string', { required: true }),
  count: field('Count', 'integer'),
  kind: field('Kind', 'string', { choices: [{ value: 'a', label: 'A' }, { value: 'b', label: 'B' }] }),
}
const hook = (inputFields) => ({ label: '', description: '', inputFields, performHook: saveMapping })

const sendOne = async (request, { payload }) => {
  const response = await post(request, '/one', payload, { throwHttpErrors: payload.how === 'throw' })
  if (payload.how === 'code') throw new core.IntegrationError('refused', 'REFUSED', response.status)
  if (payload.how === 'token') throw new core.InvalidAuthenticationError('no such token')
  return response
}
const sendMany = async (request, { payload }) => {
  const { how } = payload[0]
  let response
  try {
    response = await post(request, '/many', payload, { throwHttpErrors: how === 'throw' || how === 'give' })
  } catch (error) {
    if (how === 'give') return error
    throw error
  }
  if (how === 'code') throw new core.IntegrationError('refused', 'REFUSED', response.status)
  if (how === 'token') throw new core.InvalidAuthenticationError('no such token')
  if (how !== 'each') return response
  const answers = new core.MultiStatusResponse()
  for (const status of response.data.statuses ?? []) {
    if (status < 300) answers.pushSuccessResponse({ status, sent: {}, body: {} })
    else answers.pushErrorResponse({ status, errormessage: `no: ${status}` })
  }
  return answers
}

// `lacks` names what the destination does not have.
const account = ({ scheme = 'oauth2', lacks = [] }) => {
  const having = (parts) => Object.fromEntries(Object.entries(parts).filter(([name]) => !lacks.includes(name)))
  const action = (title, more) => ({
    title,
    description: '',
    fields: { id: field('Id', 'string', { required: true }), how: field('How', 'string') },
    perform: sendOne,
    performBatch: sendMany,
    ...more,
  })
  return {
    name: 'Account',
    slug: 'actions-account',
    mode: 'cloud',
    authentication: {
      scheme,
      fields: {},
      ...having({
        testAuthentication: async (request) => {
          const { data } = await request(`${site}/me`)
          if (data.refuse) throw new core.IntegrationError(data.refuse, 'REFUSED', 403)
        },
        refreshAccessToken: async (request, { auth: { refreshToken, clientId, clientSecret } }) => {
          const { data } = await post(request, '/token', { refreshToken, clientId, clientSecret })
          return data.access ? { accessToken: data.access, refreshToken: data.refresh } : undefined
        },
      }),
    },
    extendRequest: ({ auth }) => ({ headers: { authorization: `Bearer ${auth.accessToken}` } }),
    presets: [],
    actions: {
      send: action('Send', { dynamicFields, hooks: { onMappingSave: hook(hookInputs), retlOnMappingSave: hook() } }),
      half: action('Half', { hooks: { onMappingSave: hook(hookInputs) } }),
      bare: action('Bare'),
    },
    audienceFields: { region: field('Region', 'string', { required: true }), size: field('Size', 'integer') },
    audienceConfig: {
      mode: { type: 'synced', full_audience_sync: false },
      ...having({
        createAudience: async (request, { audienceName, audienceSettings, personas }) => {
          const json = { name: audienceName, settings: audienceSettings, personas }
          return { externalId: (await post(request, '/audiences', json)).data.id }
        },
        getAudience: async (request, { externalId, audienceSettings }) => {
          const json = { id: externalId, settings: audienceSettings }
          return { externalId: (await post(request, '/audience', json)).data.id }
        },
      }),
    },
    onDelete: (request, { payload }) => post(request, '/delete', payload),
  }
}

module.exports = { scripted, account }

// A destination whose batches answer as their payloads say; test_delivery.py defines the same one in Python.
'use strict'
const core = require('@segment/actions-core')

const field = (label, type, options) => ({ label, description: '', type, ...options })

module.exports = {
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

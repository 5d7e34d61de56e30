// A Stripe payment on the page: what its payer, the bank and the account's dashboard can do with it by hand.
import { acts, amountField, button, call, clock, deliver, dot, element, forget, more, notices, payingLate, row, soft, spread, text } from '/page/drawing.js'

const money = (amount, one) => new Intl.NumberFormat(document.documentElement.lang, {
  style: 'currency', currency: one.currency, minimumFractionDigits: one.digits, maximumFractionDigits: one.digits,
}).format(amount / 10 ** one.digits)

export function stripePayment(one) {
  const post = (path, body, said) => async () => { await call('POST', `/sandbox/stripe/${path}`, body); return text(said) }
  const pay = (said, more = {}) => post('pay', { payment_intent: one.id, ...more }, said)
  const send = times => deliver('/sandbox/stripe/deliver', { id: one.id, times })
  const buttons = [], hidden = []
  if (['requires_action', 'processing'].includes(one.status)) {
    buttons.push(button('pay', pay('settled'), true), button('decline', pay('declined_there', { action: 'decline' })))
    hidden.push(payingLate(one.id, delay => pay('paying_late_there', { action: 'pay_late', delay })()))
  }
  if (one.status === 'succeeded') {
    buttons.push(button('again', send(1)), button('twice', send(2)))
    const disputed = one.disputes.some(dispute => dispute.status !== 'won')
    if (!disputed) buttons.push(button('dispute', post('disputes', { payment_intent: one.id }, 'disputed')))
    if (!disputed && one.refundable > 0) {
      const { field, read } = amountField(`${one.id}/amount`, one.refundable, one.digits)
      hidden.push(row(element('label', {}, one.currency.toUpperCase(), field), button('dashboard', async () => {
        await call('POST', '/sandbox/stripe/refunds', { payment_intent: one.id, amount: read() })
        forget(`${one.id}/amount`)
        return text('dashboard_done')
      })))
    }
  }
  const open = one.disputes.find(dispute => !['won', 'lost'].includes(dispute.status))
  if (open) {
    buttons.push(button('win', post(`disputes/${open.id}`, { outcome: 'won' }, 'settled')),
      button('lose_dispute', post(`disputes/${open.id}`, { outcome: 'lost' }, 'settled')))
  }
  const refund = made => element('div', { className: 'row refund' },
    soft(`${text('refund')} ${money(made.amount, one)} `, dot(made.status)), element('code', {}, made.id),
    ...['pending', 'requires_action'].includes(made.status) ? [
      button('settle', post('refunds/settle', { refund: made.id }, 'settled')),
      button('fail', post('refunds/settle', { refund: made.id, outcome: 'failed' }, 'settled')),
    ] : [])
  const told = [
    ...one.disputes.map(dispute => soft(dot(dispute.status === 'lost' ? 'lost_dispute' : dispute.status))),
    ...notices(one.notifications),
  ]
  return element('article', { className: 'card' },
    spread(element('span', { className: 'what' }, one.description), element('span', { className: 'amount' }, money(one.amount, one))),
    spread(soft(clock(one.made_at), ' ', element('code', {}, one.id)), dot(one.status, one.late ? ` · ${text('late')}` : '')),
    told.length ? row(...told) : null,
    buttons.length ? acts(...buttons) : null,
    ...one.refunds.map(refund),
    hidden.length ? more(`${one.id}/more`, ...hidden) : null)
}

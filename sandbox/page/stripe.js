// A Stripe payment on the page: what a payer and a bank can do with it by hand.
const money = (amount, one) => new Intl.NumberFormat(document.documentElement.lang, {
  style: 'currency', currency: one.currency, minimumFractionDigits: one.digits, maximumFractionDigits: one.digits,
}).format(amount / 10 ** one.digits)

export function stripePayment(one, { element, dot, clock, button, call, text }) {
  const post = (path, body, said) => async () => { await call('POST', `/sandbox/stripe/${path}`, body); return text(said) }
  const buttons = []
  if (['requires_action', 'processing'].includes(one.status)) {
    buttons.push(button('pay', post('pay', { payment_intent: one.id }, 'settled'), true),
      button('decline', post('pay', { payment_intent: one.id, action: 'decline' }, 'declined_there')))
  }
  const open = one.disputes.find(dispute => !['won', 'lost'].includes(dispute.status))
  if (one.status === 'succeeded') {
    buttons.push(button('again', async () => {
      const { answers: [answer] } = await call('POST', '/sandbox/stripe/deliver', { id: one.id })
      return `${text('answered')}: ${answer.status || answer.trouble} (${Math.round(answer.seconds * 1000)} ms)`
    }))
    if (!one.disputes.some(dispute => dispute.status !== 'won')) {
      buttons.push(button('dispute', post('disputes', { payment_intent: one.id }, 'disputed')))
    }
  }
  if (open) {
    buttons.push(button('win', post(`disputes/${open.id}`, { outcome: 'won' }, 'settled')),
      button('lose_dispute', post(`disputes/${open.id}`, { outcome: 'lost' }, 'settled')))
  }
  for (const refund of one.refunds.filter(refund => ['pending', 'requires_action'].includes(refund.status))) {
    buttons.push(button('settle', post('refunds/settle', { refund: refund.id }, 'settled')),
      button('fail', post('refunds/settle', { refund: refund.id, outcome: 'failed' }, 'settled')))
  }
  const soft = (...inside) => element('span', { className: 'soft' }, ...inside)
  const told = [
    ...one.refunds.map(refund => soft(`${text('refund')} ${money(refund.amount, one)} `, dot(refund.status))),
    ...one.disputes.map(dispute => soft(dot(dispute.status === 'lost' ? 'lost_dispute' : dispute.status))),
    ...one.notifications.map(notice => soft(element('code', {}, notice.event_type), ' ', dot(notice.state))),
  ]
  return element('article', { className: 'card' },
    element('div', { className: 'row spread' }, element('span', { className: 'what' }, one.description),
      element('span', { className: 'amount' }, money(one.amount, one))),
    element('div', { className: 'row spread' }, soft(clock(one.made_at), ' ', element('code', {}, one.id)), dot(one.status)),
    told.length ? element('div', { className: 'row' }, ...told) : null,
    buttons.length ? element('div', { className: 'row' }, ...buttons) : null)
}

// A WeChat payment on the page: what its payer, WeChat Pay and the merchant's console can do with it by hand.
import { acts, amountField, button, call, choice, clock, deliver, dot, element, forget, more, notices, payingLate, row, soft, spread, text } from '/page/drawing.js'

const OUTCOMES = ['SUCCESS', 'ABNORMAL', 'CLOSED']
const yuan = fen => element('span', { className: 'amount' }, element('small', {}, '¥'), String(Math.floor(fen / 100)),
  element('small', {}, '.' + String(fen % 100).padStart(2, '0')))

export function payment(one) {
  const about = { mchid: one.mchid, out_trade_no: one.out_trade_no }
  const key = `${one.mchid}/${one.out_trade_no}`
  const atCashier = (said, body) => async () => { await call('POST', `/sandbox/cashier/${one.prepay_id}`, body); return text(said) }
  const send = times => deliver('/sandbox/notifications/deliver', { ...about, times })
  const lose = async () => { await call('POST', '/sandbox/notifications/lose', about); return text('lost_now') }

  const late = () => payingLate(key, delay => atCashier('paying_late', { action: 'pay_late', delay, late: 'anyway' })())
  const open = () => [
    acts(button('pay', atCashier('paid', { action: 'pay' }), true), button('decline', atCashier('declined', { action: 'decline' }))),
    more(`${key}/more`, late(), row(
      button('pay_twice', atCashier('paid', { action: 'pay', notify: 'duplicate' })),
      button('pay_lost', atCashier('paid_lost', { action: 'pay', notify: 'lose' })))),
  ]
  const refundByHand = () => {
    const { field, read } = amountField(`${key}/amount`, one.refundable, 2)
    const notify = choice(`${key}/notify`, 'tell_shop', [['', text('untold')], ['yes', text('told')]])
    return row(element('label', {}, '¥', field), notify, button('console', async () => {
      await call('POST', '/sandbox/refunds/console', { ...about, amount: read(), notify: notify.value === 'yes' })
      forget(`${key}/amount`)
      return text('console_done')
    }))
  }
  const onItsWay = one.notifications.some(notice => notice.event_type === 'TRANSACTION.SUCCESS' && ['waiting', 'held'].includes(notice.state))
  const paid = () => [
    acts(button('again', send(1)), button('twice', send(2)), onItsWay ? button('lose_it', lose) : null),
    ...one.refunds.map(refund),
    one.refundable > 0 ? more(`${key}/more`, refundByHand()) : null,
  ]
  const closed = () => [element('p', { className: 'soft acts' }, text('closed_late')), late()]

  const refund = made => {
    const outcome = choice(`${key}/${made.out_refund_no}`, 'outcome', OUTCOMES.map(name => [name, text(`as_${name}`)]))
    return element('div', { className: 'row refund' },
      soft(`${text('refund')} ¥${(made.amount / 100).toFixed(2)} `, dot(made.status === 'SUCCESS' ? 'refunded' : made.status)),
      element('code', {}, made.out_refund_no),
      ...made.status === 'PROCESSING' ? [outcome, button('settle', async () => {
        await call('POST', '/sandbox/refunds/settle', { mchid: one.mchid, out_refund_no: made.out_refund_no, outcome: outcome.value })
      })] : [])
  }
  const actions = one.state === 'NOTPAY' ? open() : one.state === 'CLOSED' ? closed() : paid()
  return element('article', { className: 'card' },
    spread(element('span', { className: 'what' }, one.description), yuan(one.total)),
    spread(soft(clock(one.made_at), ' ', element('code', {}, one.out_trade_no)), dot(one.state, one.late ? ` · ${text('late')}` : '')),
    one.notifications.length ? row(...notices(one.notifications)) : null,
    ...actions.filter(Boolean))
}

/**
 * The states that the API names, and how they are shown. Their words come from the server (`state_text`);
 * what may be done comes from the server too (`actions`).
 */

/** An order: pending, confirmed (to be paid on delivery), paid, shipped, received, completed or cancelled. */
const ORDER = {
  PENDING: 'pending',
  CONFIRMED: 'confirmed',
  PAID: 'paid',
  SHIPPED: 'shipped',
  RECEIVED: 'received',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
}

/** The tabs of the order list: the value of `?state=`, "" for all. */
const ORDER_TABS = ['', 'pending', 'paid', 'shipped', 'done', 'cancelled']

/** A cart line: "ok", fewer in stock than wanted, none left, or no longer for sale. */
const LINE = { OK: 'ok', SHORT: 'short', SOLD_OUT: 'sold_out', WITHDRAWN: 'withdrawn' }

/** A payment: not begun, cashier opened, money came, closed without money, failed. */
const PAYMENT = { NONE: 'none', OPENED: 'opened', SUCCEEDED: 'succeeded', CLOSED: 'closed', FAILED: 'failed' }

/** A list: first load, more to come, all shown, nothing there, and failed (with a way to try again). */
const LIST = { LOADING: 'loading', MORE: 'more', END: 'end', EMPTY: 'empty', FAILED: 'failed' }

module.exports = { ORDER, ORDER_TABS, LINE, PAYMENT, LIST }

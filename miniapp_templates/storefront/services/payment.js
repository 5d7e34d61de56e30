/** Paying an order with WeChat Pay. */
const { get, post, newKey } = require('./request')

/**
 * Opens WeChat's cashier for an order.
 * @returns {Promise<'paid' | 'left'>} what the cashier said; only the server knows whether money came (see `state`)
 */
async function pay(orderId) {
  const { params } = await post(`orders/${orderId}/pay`, { key: newKey() })
  return new Promise((resolve) => {
    wx.requestPayment({
      timeStamp: params.timeStamp,
      nonceStr: params.nonceStr,
      package: params.package,
      signType: params.signType,
      paySign: params.paySign,
      success: () => resolve('paid'),
      fail: () => resolve('left'),
    })
  })
}

/** @returns {Promise<any>} {state: none | opened | succeeded | closed | failed, order_state} */
function state(orderId) {
  return get(`orders/${orderId}/payment`)
}

module.exports = { pay, state }

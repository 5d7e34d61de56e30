/**
 * Small values that outlive a visit, kept apart by store. A full or broken storage must never stop a page.
 */
const config = require('../config')

const name = (key) => `jishi:${config.store}:${key}`

/** @returns the kept value, or `otherwise` when there is none */
function read(key, otherwise) {
  try {
    const value = wx.getStorageSync(name(key))
    return value === '' || value === undefined ? otherwise : value
  } catch (error) {
    return otherwise
  }
}

function write(key, value) {
  try {
    wx.setStorageSync(name(key), value)
  } catch (error) {
    // Storage is a convenience: without it the shopper logs in again and the history is empty.
  }
}

function remove(key) {
  try {
    wx.removeStorageSync(name(key))
  } catch (error) {
    // As above.
  }
}

module.exports = { read, write, remove }

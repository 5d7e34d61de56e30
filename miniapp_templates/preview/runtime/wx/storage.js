/** Storage of the program, kept apart by the address it is served under. */
const PREFIX = `mp:${location.pathname}:`
const LIMIT_KB = 10240

const own = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))

function set(key, data) {
  if (typeof key !== 'string' || key === '') throw new Error('parameter error: parameter.key should be String')
  localStorage.setItem(PREFIX + key, JSON.stringify(data instanceof Date ? { date: data.getTime() } : { data }))
}

function get(key) {
  const text = localStorage.getItem(PREFIX + key)
  if (text === null) return ''
  const stored = JSON.parse(text)
  return 'date' in stored ? new Date(stored.date) : stored.data
}

function clear() {
  for (const key of own()) localStorage.removeItem(key)
}

const info = () => ({
  keys: own().map((key) => key.slice(PREFIX.length)),
  currentSize: Math.ceil(own().reduce((sum, key) => sum + localStorage.getItem(key).length, 0) / 1024),
  limitSize: LIMIT_KB,
})

export const storageSync = {
  setStorageSync: set,
  getStorageSync: get,
  removeStorageSync: (key) => localStorage.removeItem(PREFIX + key),
  clearStorageSync: clear,
  getStorageInfoSync: info,
  batchSetStorageSync: (list) => list.forEach(({ key, value }) => set(key, value)),
  batchGetStorageSync: (keys) => keys.map(get),
}

export const storage = {
  setStorage: ({ key, data }) => set(key, data),
  getStorage({ key }) {
    if (localStorage.getItem(PREFIX + key) === null) throw new Error('data not found')
    return { data: get(key) }
  },
  removeStorage: ({ key }) => localStorage.removeItem(PREFIX + key),
  clearStorage: clear,
  getStorageInfo: info,
}

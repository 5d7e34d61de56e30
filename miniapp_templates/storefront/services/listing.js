/**
 * A list that grows page by page. It keeps its place in `data.list` as {items, next, state} and survives answers
 * that arrive in the wrong order: a reload makes those of before worthless.
 */
const { LIST } = require('./states')

/** Generation of each page's list: answers of an older one are thrown away. */
const generations = new WeakMap()

const EMPTY = { items: [], next: '', state: LIST.LOADING, message: '' }

/**
 * Loads the first page. Items that are shown stay until the new ones are there, so that nothing flashes.
 * @param {any} page
 * @param {(cursor: string) => Promise<{results: any[], next: string | null}>} load
 * @param {{clear?: boolean}} [options] clear: show the skeleton, because what is shown belongs to another question
 */
async function reload(page, load, options) {
  const generation = (generations.get(page) || 0) + 1
  generations.set(page, generation)
  if ((options && options.clear) || !page.data.list.items.length) page.setData({ list: EMPTY })
  try {
    const answer = await load('')
    if (generations.get(page) !== generation) return
    page.setData({ list: { items: answer.results, next: answer.next || '', state: stateOf(answer, answer.results), message: '' } })
  } catch (error) {
    if (generations.get(page) !== generation) return
    page.setData({ 'list.state': LIST.FAILED, 'list.message': error.message })
  }
}

/** Loads the next page, unless there is none, one is on its way, or the last one failed: that is tried again by a tap alone. */
function more(page, load) {
  return page.data.list.state === LIST.MORE ? append(page, load) : Promise.resolve()
}

/** The shopper asks once more: for the page that failed, or for all of it when nothing is shown. */
function again(page, load) {
  const { list } = page.data
  if (list.state !== LIST.FAILED) return Promise.resolve()
  return list.items.length && list.next ? append(page, load) : reload(page, load, { clear: true })
}

async function append(page, load) {
  const { list } = page.data
  const generation = generations.get(page)
  page.setData({ 'list.state': LIST.LOADING })
  try {
    const answer = await load(list.next)
    if (generations.get(page) !== generation) return
    const start = page.data.list.items.length
    /** @type {Record<string, any>} */
    const change = { 'list.next': answer.next || '', 'list.state': answer.next ? LIST.MORE : LIST.END }
    // Only the new items cross to the view, not the whole list.
    answer.results.forEach((item, index) => {
      change[`list.items[${start + index}]`] = item
    })
    page.setData(change)
  } catch (error) {
    if (generations.get(page) !== generation) return
    page.setData({ 'list.state': LIST.FAILED, 'list.message': error.message })
  }
}

function stateOf(answer, items) {
  if (!items.length) return LIST.EMPTY
  return answer.next ? LIST.MORE : LIST.END
}

module.exports = { EMPTY, reload, more, again }

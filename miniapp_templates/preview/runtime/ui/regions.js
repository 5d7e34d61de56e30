/** China's provinces, cities and districts for the region picker; loaded when it opens for the first time. */
let areas = null

/** Loads regions.js of the preview. */
export async function loadRegions() {
  if (areas) return
  await new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = 'regions.js'
    script.onload = resolve
    script.onerror = () => reject(new Error('regions.js is missing'))
    document.head.append(script)
  })
  areas = window.jishiRegions
}

const entries = (list) => Object.entries(list).map(([code, name]) => ({ code, name }))

/**
 * The three columns for the chosen names. A name that is unknown or absent means the first one.
 * @returns [[{code, name}], [...], [...]]
 */
export function regionColumns(names, customItem) {
  const custom = customItem ? [{ code: '', name: customItem }] : []
  const chosen = (column, index) => column.find((one) => one.name === names[index]) || column[0]
  const provinces = [...custom, ...entries(areas.province_list)]
  const province = chosen(provinces, 0)
  const below = (list, code, digits) => entries(list).filter((one) => code && one.code.startsWith(code.slice(0, digits)))
  const cities = [...custom, ...below(areas.city_list, province?.code, 2)]
  const city = chosen(cities, 1)
  const districts = [...custom, ...below(areas.county_list, city?.code, 4)]
  return [provinces, cities.length ? cities : [{ code: '', name: '' }], districts.length ? districts : [{ code: '', name: '' }]]
}

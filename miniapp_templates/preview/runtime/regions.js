/** Entry of the separate file regions.js. */
import { areaList } from '@vant/area-data'

window.jishiRegions = areaList

/** All built-in components, in one component space. */
import { BUILTIN_TAGS, PHONE_TAGS } from '../../compiler/tags.mjs'
import { define } from './define.js'
import { basic, phoneBox } from './basic.js'
import { media } from './media.js'
import { fields } from './fields.js'
import { choices } from './choices.js'
import { scrolling } from './scrolling.js'
import { swiper } from './swiper.js'
import { pickers } from './pickers.js'

const DESCRIPTIONS = { ...basic, ...media, ...fields, ...choices, ...scrolling, ...swiper, ...pickers }

export function registerBuiltins(space) {
  for (const tag of BUILTIN_TAGS) define(space, tag, DESCRIPTIONS[tag])
  for (const tag of PHONE_TAGS) define(space, tag, phoneBox(tag))
}

/** Layers over the program: toast, loading, dialogs and sheets, drawn as WeChat draws them. */
import { h, icon } from './dom.js'
import { host } from '../host.js'
import { say } from '../settings.js'
import { assetUrl } from '../host.js'

// A layer that opens under the finger must not take the same tap.
const SHIELD_MS = 100

/**
 * Opens a layer. @param content element; @param onDismiss called when the shopper taps outside or presses Escape (absent: stays open).
 * @returns close function
 */
export function openLayer(content, { kind = 'dialog', label = '', onDismiss, dim = true } = {}) {
  const before = document.activeElement
  const layer = h(`div.jp-layer.jp-layer-${kind}`, { 'data-dim': dim || null })
  content.setAttribute('role', content.getAttribute('role') || 'dialog')
  content.setAttribute('aria-modal', 'true')
  if (label) content.setAttribute('aria-label', label)
  content.tabIndex = -1
  layer.append(content)
  layer.style.pointerEvents = 'none'
  setTimeout(() => {
    layer.style.pointerEvents = ''
  }, SHIELD_MS)
  const close = () => {
    if (!layer.isConnected) return
    layer.remove()
    document.removeEventListener('keydown', onKey, true)
    if (before?.isConnected) before.focus?.({ preventScroll: true })
  }
  const dismiss = () => {
    close()
    onDismiss()
  }
  const onKey = (event) => {
    if (layer !== layer.parentNode?.lastElementChild) return
    if (event.key === 'Escape' && onDismiss) dismiss()
    if (event.key === 'Tab') keepFocus(event, content)
  }
  if (onDismiss) layer.addEventListener('click', (event) => event.target === layer && dismiss())
  document.addEventListener('keydown', onKey, true)
  host.root.append(layer)
  content.focus({ preventScroll: true })
  return close
}

function keepFocus(event, content) {
  const all = [...content.querySelectorAll('button, input, select, textarea, [tabindex="0"]')].filter((one) => !one.disabled && one.offsetParent)
  if (!all.length) return
  const edge = event.shiftKey ? all[0] : all[all.length - 1]
  if (document.activeElement !== edge && content.contains(document.activeElement) && document.activeElement !== content) return
  event.preventDefault()
  ;(event.shiftKey ? all[all.length - 1] : all[0]).focus()
}

let toast = null
let toastTimer = null

/** @param options {title, icon: 'success' | 'error' | 'none' | 'loading', image, mask}; @param duration ms, 0 to stay */
export function showToast({ title, icon: name = 'success', image, mask }, duration) {
  hideToast()
  const symbol = image ? h('img.jp-toast-icon', { src: assetUrl(image), alt: '' })
    : name === 'loading' ? h('span.jp-spinner.jp-toast-icon')
      : name === 'none' ? null : h('span.jp-toast-icon', {}, icon({ success: 'check', error: 'warn' }[name] || 'check', 40, 1.8))
  toast = h('div.jp-toast-layer', { 'data-mask': mask || null },
    h(`div.jp-toast${symbol ? '' : '.jp-toast-text'}`, { role: 'status' }, symbol, h('p', {}, String(title ?? ''))))
  host.root.append(toast)
  if (duration) toastTimer = setTimeout(hideToast, duration)
}

export function hideToast() {
  clearTimeout(toastTimer)
  toast?.remove()
  toast = null
}

const button = (text, kind, onclick, color) => h(`button.jp-dialog-button.jp-${kind}`, { type: 'button', onclick, style: color ? { color } : {} }, text)

/** The modal dialog. @returns promise of {confirm, cancel, content} */
export function showModal({ title = '', content = '', showCancel = true, cancelText, confirmText, cancelColor, confirmColor, editable, placeholderText = '' }) {
  return new Promise((resolve) => {
    const input = editable ? h('textarea.jp-dialog-input', { placeholder: placeholderText, rows: '2' }) : null
    if (input) input.value = content
    let close = null
    const answer = (confirm) => () => {
      close()
      resolve({ confirm, cancel: !confirm, content: confirm && input ? input.value : null })
    }
    const box = h('div.jp-dialog', {},
      title ? h('h2', {}, title) : null,
      input || (content ? h('p', {}, content) : null),
      h('div.jp-dialog-buttons', {},
        showCancel ? button(cancelText || say('取消', 'Cancel'), 'cancel', answer(false), cancelColor) : null,
        button(confirmText || say('确定', 'OK'), 'confirm', answer(true), confirmColor)))
    close = openLayer(box, { label: title || content })
    input?.focus()
  })
}

/** The action sheet. @returns promise of the index, or -1 */
export function showActionSheet({ itemList, itemColor = '', alertText = '' }) {
  return new Promise((resolve) => {
    let close = null
    const pick = (index) => () => {
      close()
      resolve(index)
    }
    const box = h('div.jp-sheet.jp-actions', {},
      alertText ? h('p.jp-sheet-note', {}, alertText) : null,
      ...itemList.map((text, index) => h('button.jp-action', { type: 'button', onclick: pick(index), style: itemColor ? { color: itemColor } : {} }, text)),
      h('button.jp-action.jp-action-cancel', { type: 'button', onclick: pick(-1) }, say('取消', 'Cancel')))
    close = openLayer(box, { kind: 'sheet', label: alertText || say('请选择', 'Choose'), onDismiss: () => resolve(-1) })
  })
}

/** A sheet from the bottom with a title and a close button. @returns close function */
export function openSheet(title, children, { onDismiss, className = '' } = {}) {
  let close = null
  const dismiss = () => {
    close()
    onDismiss?.()
  }
  const box = h(`div.jp-sheet${className ? `.${className}` : ''}`, {},
    h('header.jp-sheet-head', {}, h('h2', {}, title),
      h('button.jp-sheet-close', { type: 'button', onclick: dismiss, 'aria-label': say('关闭', 'Close') }, icon('close', 20))),
    ...children)
  close = openLayer(box, { kind: 'sheet', label: title, onDismiss: () => onDismiss?.() })
  return close
}

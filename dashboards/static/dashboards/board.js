"use strict";
// The order board by keyboard and by scanner. Every action is a plain form as well.

// While somebody selects, types or has the help open, the page does not change under their hands.
function boardIsIdle() {
  return !document.hidden && !document.querySelector(".board-form input:checked, .board-help[open]") &&
    !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
}
window.boardIsIdle = boardIsIdle;

function rows() { return [...document.querySelectorAll(".board-row")]; }

function showSelection() {
  const bulk = document.querySelector(".board-bulk");
  if (!bulk) return;
  const count = document.querySelectorAll(".board-row input:checked").length;
  bulk.hidden = count === 0;
  bulk.querySelector(".board-count").textContent = count;
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement.closest(".board-row"));
  all[Math.min(Math.max(at + by, 0), all.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (typing) {
    // A scanner ends each code with Enter: go to the next field, send with the last.
    const form = event.target.closest("[data-scan]");
    if (event.key === "Enter" && form) {
      const fields = [...form.querySelectorAll("input[name^=waybill]")];
      const next = fields[fields.indexOf(event.target) + 1];
      if (next) { event.preventDefault(); next.focus(); }
    }
    return;
  }
  const row = event.target.closest(".board-row");
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x" && row) { const box = row.querySelector("input"); box.checked = !box.checked; showSelection(); }
  else if (event.key === "Enter" && row && event.target === row) location.href = row.dataset.href;
  else {
    const target = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key && one.offsetParent);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "INPUT") target.focus(); else target.click();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches(".board-all")) {
    document.querySelectorAll(".board-row .col-tick input").forEach((box) => { box.checked = event.target.checked; });
  }
  showSelection();
});

document.addEventListener("click", (event) => {
  // A row is one large target for a thumb, unless something in it was meant, or text is being marked.
  const row = event.target.closest(".board-row[data-href]");
  if (row && !event.target.closest("a, button, input, label, select, summary") && getSelection().isCollapsed) location.href = row.dataset.href;
  // The button of one row is about that row alone, whatever else is ticked.
  if (event.target.closest("[data-alone]")) {
    document.querySelectorAll(".board-form input:checked").forEach((box) => { box.checked = false; });
  }
  if (event.target.closest(".board-help-open")) document.querySelector(".board-help").showModal();
  if (event.target.closest(".board-clear")) {
    document.querySelectorAll(".board-form input:checked").forEach((box) => { box.checked = false; });
    showSelection();
  }
  const chip = event.target.closest("[data-fill]");
  if (chip) {
    const field = chip.form.elements[chip.dataset.fill];
    field.value = chip.innerText;
    field.focus();
  }
  const copy = event.target.closest(".copy");
  if (copy) {
    const from = copy.dataset.copyFrom;
    navigator.clipboard.writeText(from ? document.getElementById(from).innerText : copy.dataset.copy);
    copy.classList.add("copied");
    setTimeout(() => copy.classList.remove("copied"), 1200);
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) { event.preventDefault(); return; }
  if ("once" in event.target.dataset) {
    // The second click does nothing; the server would refuse it as well.
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  }
});

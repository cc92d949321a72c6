// Menus and lists of choices that open beside what was pressed: one at a time, closed by Escape or a press elsewhere.

import { html, nothing } from "./lit/lit-html.js";
import { afterDrawing, changed, state } from "./state.js";

const MARGIN = 8;

/** Opens a menu. Entries: { label, note, act, isDanger, isTitle, isChecked }; with `onPick`, values are picked. */
export function openMenu(opener, { label, entries, kind = "menu", x = null, y = null }) {
  const box = opener.getBoundingClientRect();
  state.menu = { opener, label, entries, kind, x: x ?? box.left, y: y ?? box.bottom + 4, top: box.top };
  afterDrawing(place);
}

function place() {
  const element = document.querySelector(".popup");
  if (!element || !state.menu) return;
  if (!element.matches(":popover-open")) element.showPopover();
  const { width, height } = element.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(state.menu.x, innerWidth - width - MARGIN));
  const isBelow = state.menu.y + height + MARGIN <= innerHeight;
  const top = isBelow ? state.menu.y : Math.max(MARGIN, state.menu.top - height - 4);
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.querySelector(".entry")?.focus();
}

export function closeMenu({ isFocusKept = true } = {}) {
  const opener = state.menu?.opener;
  state.menu = null;
  changed();
  if (isFocusKept && opener?.isConnected) opener.focus();
}

function keys(event) {
  const entries = [...event.currentTarget.querySelectorAll(".entry")];
  const at = entries.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    entries[(to + entries.length) % entries.length]?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  } else if (event.key.length === 1 && event.key !== " ") {
    entries.find((one) => one.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}

const toggled = (event) => { if (event.newState === "closed" && state.menu) closeMenu({ isFocusKept: false }); };

export function popup() {
  const menu = state.menu;
  if (!menu) return nothing;
  const role = menu.kind === "menu" ? "menuitem" : "option";
  const entry = (one) => {
    if (one.isTitle) return html`<div class="title" role="presentation">${one.label}</div>`;
    const pick = () => { closeMenu(); one.act(); };
    const press = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } };
    return html`<div class="entry ${one.isDanger ? "danger" : ""}" role=${role} tabindex="-1"
      aria-selected=${role === "option" ? String(Boolean(one.isChecked)) : nothing} @click=${pick} @keydown=${press}>
      ${one.emoji ? html`<span class="sign" aria-hidden="true">${one.emoji}</span>` : nothing}
      <span class="words"><span>${one.label}</span>${one.note ? html`<small>${one.note}</small>` : nothing}</span>
    </div>`;
  };
  return html`<div class="popup" popover role=${menu.kind} aria-label=${menu.label} @keydown=${keys} @toggle=${toggled}>
    ${menu.entries.map(entry)}</div>`;
}

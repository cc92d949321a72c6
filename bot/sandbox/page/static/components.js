// Buttons, menus and the other components of messages, old style and V2.

import { html, nothing } from "./lit/lit-html.js";
import { emojiPicture, markdown } from "./markdown.js";
import { fileCard, gallery } from "./pictures.js";
import { openDialog } from "./modal.js";
import { openMenu, closeMenu } from "./popup.js";
import { changed, KIND, serverOf, state } from "./state.js";
import { act } from "./wire.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };
const SELECTS = { 3: "string", 5: "user", 6: "role", 7: "mentionable", 8: "channel" };

export const components = (list, message) => list.map((one) => component(one, message));

function component(one, message) {
  switch (one.type) {
    case 1: return html`<div class="row">${components(one.components, message)}</div>`;
    case 2: return button(one, message);
    case 9: return html`<div class="section"><div>${components(one.components, message)}</div>${component(one.accessory, message)}</div>`;
    case 10: return html`<div class="md">${markdown(one.content)}</div>`;
    case 11: return html`<img class="thumbnail" src=${one.media.url} alt=${one.description ?? ""}>`;
    case 12: return gallery(one.items.map((item) => ({ ...item.media, description: item.description, spoiler: item.spoiler })), message);
    case 13: return fileCard({ filename: one.name, size: one.size, url: one.file.url });
    case 14: return html`<div class="separator ${one.divider ? "line" : ""} ${one.spacing === 2 ? "wide" : ""}"></div>`;
    case 17: return html`<div class="container" .style=${one.accent_color === null ? "" : `--accent:${colour(one.accent_color)}`}>${components(one.components, message)}</div>`;
    default: return one.type in SELECTS ? select(one, message) : html`<p class="small">(a component of type ${one.type})</p>`;
  }
}

export const colour = (number) => `#${number.toString(16).padStart(6, "0")}`;

const sign = (emoji) => (emoji ? html`<span class="sign" aria-hidden="true">${emoji.id ? emojiPicture(emoji) : emoji.name}</span>` : nothing);

function button(one, message) {
  if (one.style === 5) {
    return html`<a class="button link" href=${one.url} target="_blank" rel="noreferrer noopener">${sign(one.emoji)}${one.label}<span class="sign" aria-hidden="true">↗</span></a>`;
  }
  const isSending = state.sending.has(`${message.id}/${one.custom_id}`);
  const label = one.label || one.emoji?.name;
  return html`<button class="button ${STYLES[one.style] ?? "secondary"} ${isSending ? "sending" : ""}" ?disabled=${one.disabled}
    aria-label=${one.label ? nothing : label} title=${one.label ? nothing : label} aria-busy=${String(isSending)}
    @click=${(event) => press(message, { kind: "click", custom_id: one.custom_id }, event.currentTarget)}>${sign(one.emoji)}${one.label ?? ""}</button>`;
}

function select(one, message) {
  const entries = choices(one, message);
  const key = `${message.id}/${one.custom_id}`;
  const send = (values, opener) => press(message, { kind: "select", custom_id: one.custom_id, values }, opener);
  const isMany = (one.max_values ?? 1) > 1;
  const open = (event) => {
    const opener = event.currentTarget;
    if (isMany) return openMany(opener, one, entries, (values) => send(values, opener));
    return openMenu(opener, {
      kind: "listbox",
      label: one.placeholder ?? "Choose",
      entries: entries.map((entry) => ({ ...entry, act: () => send([entry.value], opener) })),
    });
  };
  const chosen = entries.filter((entry) => entry.isChecked).map((entry) => entry.label).join(", ");
  return html`<button class="select ${state.sending.has(key) ? "sending" : ""}" aria-haspopup="listbox" aria-label=${chosen && one.placeholder ? `${one.placeholder}: ${chosen}` : nothing} ?disabled=${one.disabled} @click=${open}>
    <span>${chosen || one.placeholder || "Make a selection"}</span><span class="sign" aria-hidden="true">⌄</span></button>`;
}

/** A menu of which several may be chosen: picked one after another, and then sent. */
function openMany(opener, one, entries, send, picked = new Set(entries.filter((entry) => entry.isChecked).map((entry) => entry.value))) {
  const most = one.max_values ?? 1;
  const toggle = (value) => {
    if (picked.has(value)) picked.delete(value);
    else if (picked.size < most) picked.add(value);
    openMany(opener, one, entries, send, picked);
  };
  openMenu(opener, {
    kind: "listbox",
    label: one.placeholder ?? "Choose",
    entries: [
      ...entries.map((entry) => ({ ...entry, emoji: picked.has(entry.value) ? "☑" : "☐", isChecked: picked.has(entry.value), act: () => toggle(entry.value) })),
      { label: `Choose ${picked.size ? picked.size : "these"}`, emoji: "✓", act: () => { closeMenu(); if (picked.size >= (one.min_values ?? 1)) send([...picked]); } },
    ],
  });
}

/** What a select menu offers, as entries with `value` and `label`; also for those of dialogs. */
export function choices(one, { channel_id }) {
  if (SELECTS[one.type] === "string" || one.options) {
    return (one.options ?? []).map((each) => ({
      value: each.value, label: each.label, note: each.description, emoji: each.emoji?.name, isChecked: each.default,
    }));
  }
  const here = serverOf(channel_id);
  const defaults = new Set((one.default_values ?? []).map((each) => each.id));
  const people = (here?.members ?? []).map((each) => ({ value: each.id, label: `@${each.name}` }));
  const roles = (here?.roles ?? []).map((each) => ({ value: each.id, label: each.name.startsWith("@") ? each.name : `@${each.name}` }));
  const places = (here?.channels ?? [])
    .filter((each) => !one.channel_types?.length || one.channel_types.includes(each.type))
    .filter((each) => each.type !== KIND.category)
    .map((each) => ({ value: each.id, label: `#${each.name}` }));
  const found = { 5: people, 6: roles, 7: [...people, ...roles], 8: places }[one.type] ?? [];
  return found.map((each) => ({ ...each, isChecked: defaults.has(each.value) }));
}

async function press(message, deed, opener) {
  const key = `${message.id}/${deed.custom_id}`;
  if (state.sending.has(key)) return;
  state.sending.add(key);
  changed();
  const done = await act({ ...deed, channel: message.channel_id, message: message.id });
  state.sending.delete(key);
  changed();
  if (done?.modal) openDialog(done, message.channel_id, opener);
}

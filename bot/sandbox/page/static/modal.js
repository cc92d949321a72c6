// Dialogs that the bot opens: filled in, with files dropped or chosen, and submitted.

import { html, nothing } from "./lit/lit-html.js";
import { choices } from "./components.js";
import { sizeText } from "./format.js";
import { markdown } from "./markdown.js";
import { afterDrawing, changed, state } from "./state.js";
import { act } from "./wire.js";

export function openDialog({ modal, invocation }, channel, opener = document.activeElement) {
  state.modal = { modal, invocation, channel, opener, files: {}, isSending: false, fault: "" };
  afterDrawing(() => {
    const dialog = document.querySelector("dialog.form");
    if (dialog && !dialog.open) dialog.showModal();
  });
}

export function closeDialog() {
  const opener = state.modal?.opener;
  document.querySelector("dialog.form")?.close();
  state.modal = null;
  changed();
  if (opener?.isConnected) opener.focus();
}

export function dialogView() {
  const open = state.modal;
  if (!open) return nothing;
  return html`<dialog class="form" aria-labelledby="dialog-title" @cancel=${(event) => { event.preventDefault(); closeDialog(); }}>
    <form method="dialog" @submit=${submit}>
      <header><h2 id="dialog-title">${open.modal.title}</h2><button type="button" class="icon" aria-label="Close" @click=${closeDialog}>✕</button></header>
      <div class="fields-of-form">${open.modal.components.map((one) => holder(one, open))}</div>
      ${open.fault ? html`<p class="fault" role="alert">${open.fault}</p>` : nothing}
      <footer><button type="button" class="button secondary" @click=${closeDialog}>Cancel</button>
        <button type="submit" class="button primary" ?disabled=${open.isSending}>${open.isSending ? "Sending…" : "Submit"}</button></footer>
    </form></dialog>`;
}

function holder(one, open) {
  if (one.type === 10) return html`<div class="md">${markdown(one.content)}</div>`;
  if (one.type === 1) return one.components.map((field) => labelled(field, field.label, "", open));
  if (one.type === 18) return labelled(one.component, one.label, one.description, open);
  return nothing;
}

function labelled(field, label, note, open) {
  const id = `field-${field.custom_id}`;
  const isRequired = field.required ?? true;
  const isGroup = [21, 22].includes(field.type);
  const head = html`${label}${isRequired ? html`<span class="needed" title="needed" aria-hidden="true"> *</span>` : nothing}`;
  const hint = note ? html`<small id="${id}-note">${note}</small>` : nothing;
  if (isGroup) return html`<fieldset class="labelled"><legend>${head}</legend>${hint}${input(field, id, open, note)}</fieldset>`;
  return html`<div class="labelled"><label for=${id}>${head}</label>${hint}${input(field, id, open, note)}</div>`;
}

function input(field, id, open, note) {
  const described = note ? `${id}-note` : nothing;
  const isRequired = field.required ?? true;
  switch (field.type) {
    case 4: {
      const shared = { least: field.min_length ?? nothing, most: field.max_length ?? 4000, hint: field.placeholder ?? nothing };
      return field.style === 2
        ? html`<textarea id=${id} name=${field.custom_id} rows="4" minlength=${shared.least} maxlength=${shared.most} placeholder=${shared.hint} ?required=${isRequired} aria-describedby=${described}>${field.value ?? ""}</textarea>`
        : html`<input id=${id} name=${field.custom_id} type="text" minlength=${shared.least} maxlength=${shared.most} placeholder=${shared.hint} ?required=${isRequired} value=${field.value ?? ""} aria-describedby=${described}>`;
    }
    case 19: return upload(field, id, open, described);
    case 21: case 22: return html`${field.options.map((one, place) => html`<label class="choice"><input type=${field.type === 21 ? "radio" : "checkbox"} id="${id}-${place}" name=${field.custom_id} value=${one.value} ?checked=${one.default}> <span>${one.label}${one.description ? html`<small>${one.description}</small>` : nothing}</span></label>`)}`;
    case 23: return html`<input type="checkbox" id=${id} name=${field.custom_id} ?checked=${field.default}>`;
    default: {
      const isMany = (field.max_values ?? 1) > 1;
      const offered = choices(field, { channel_id: open.channel });
      return html`<select id=${id} name=${field.custom_id} ?multiple=${isMany} ?required=${isRequired} aria-describedby=${described}>
        ${isMany ? nothing : html`<option value="">${field.placeholder ?? "Choose"}</option>`}
        ${offered.map((one) => html`<option value=${one.value} ?selected=${one.isChecked}>${one.label}${one.note ? ` · ${one.note}` : ""}</option>`)}</select>`;
    }
  }
}

function upload(field, id, open, described) {
  const chosen = open.files[field.custom_id] ?? [];
  const most = field.max_values ?? 1;
  const add = (files) => {
    open.files[field.custom_id] = [...chosen, ...files].slice(0, most);
    changed();
  };
  const drop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.classList.remove("over");
    add([...event.dataTransfer.files]);
  };
  return html`<div class="drop" @dragover=${(event) => { event.preventDefault(); event.stopPropagation(); event.currentTarget.classList.add("over"); }} @dragleave=${(event) => event.currentTarget.classList.remove("over")} @drop=${drop}>
    <input id=${id} type="file" ?multiple=${most > 1} aria-describedby=${described} @change=${(event) => { add([...event.target.files]); event.target.value = ""; }}>
    <span class="drop-words">Drop files here, or choose. ${most > 1 ? `Up to ${most}.` : ""}</span>
    <ul>${chosen.map((file, place) => html`<li>${file.name} <small>${sizeText(file.size)}</small> <button type="button" class="icon" aria-label="Leave ${file.name} out" @click=${() => { open.files[field.custom_id] = chosen.toSpliced(place, 1); changed(); }}>✕</button></li>`)}</ul></div>`;
}

const fieldsOf = (modal) => modal.components.flatMap((one) => (one.type === 18 ? [one.component] : one.type === 1 ? one.components : []));

async function submit(event) {
  event.preventDefault();
  const open = state.modal;
  if (!open || open.isSending) return;
  const form = new FormData(event.target);
  const values = {};
  const files = {};
  for (const field of fieldsOf(open.modal)) {
    const key = field.custom_id;
    if (field.type === 19) {
      values[key] = (open.files[key] ?? []).map((file, place) => {
        files[`${key}-${place}`] = file;
        return { file: `${key}-${place}` };
      });
    } else if (field.type === 23) values[key] = form.has(key);
    else if (field.type === 4) values[key] = form.get(key) ?? "";
    else if (field.type === 21) values[key] = form.get(key);
    else values[key] = form.getAll(key).filter(Boolean);
  }
  open.isSending = true;
  open.fault = "";
  changed();
  const done = await act({ kind: "submit", invocation: open.invocation, values, channel: open.channel }, files);
  open.isSending = false;
  if (done === null) open.fault = state.toast;
  else if (state.modal === open) closeDialog();
  if (done?.modal) openDialog(done, open.channel, open.opener);
  changed();
}

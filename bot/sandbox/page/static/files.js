// Pictures and files that are about to be sent: chosen, dropped, pasted or drawn.

import { html, nothing } from "./lit/lit-html.js";
import { sizeText } from "./format.js";
import { changed, channelOf, draft, state, toast } from "./state.js";

const MOST = 10;
const ENDINGS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif" };
const previews = new WeakMap();
let pasted = 0;

/** An address for a file of this machine, until the file is left out. */
export function previewOf(file) {
  if (!file.type.startsWith("image/")) return null;
  if (!previews.has(file)) previews.set(file, URL.createObjectURL(file));
  return previews.get(file);
}

export function letGo(file) {
  if (previews.has(file)) URL.revokeObjectURL(previews.get(file));
  previews.delete(file);
}

export function addFiles(files, where = draft()) {
  const channel = channelOf(state.channel);
  if (!channel?.may.attach) return toast("You may not send files here.");
  const fitting = [...files].filter((file) => file.size <= channel.upload_limit);
  if (fitting.length < files.length) toast(`Files may have up to ${sizeText(channel.upload_limit)} here.`);
  if (where.files.length + fitting.length > MOST) toast(`A message holds up to ${MOST} files.`);
  where.files = [...where.files, ...fitting].slice(0, MOST);
  return changed();
}

/** Pictures from the clipboard are all called image.png. */
export const renamed = (file) => (file.name === "image.png" ? new File([file], `pasted-${pasted += 1}.${ENDINGS[file.type] ?? "png"}`, { type: file.type }) : file);

export function staged(where) {
  if (!where.files.length) return nothing;
  const out = (file) => { letGo(file); where.files = where.files.filter((one) => one !== file); changed(); };
  return html`<ul class="staged" aria-label="Files to be sent">${where.files.map((file) => html`<li>
    ${previewOf(file) ? html`<img src=${previewOf(file)} alt="">` : html`<span class="sign" aria-hidden="true">🗎</span>`}
    <span class="name">${file.name}</span><button class="icon" aria-label="Leave ${file.name} out" @click=${() => out(file)}>✕</button></li>`)}</ul>`;
}

/** A deed's files: their keys, and the files by key. */
export function enclosed(files) {
  const keys = files.map((_, place) => ({ file: `file-${place}` }));
  return { keys, files: Object.fromEntries(files.map((file, place) => [`file-${place}`, file])) };
}

// Pictures and files of messages.

import { html, nothing } from "./lit/lit-html.js";
import { sizeText } from "./format.js";
import { openViewer } from "./viewer.js";

const WIDEST = 520;
const HIGHEST = 360;

export const isPicture = (file) => file.content_type?.startsWith("image/") && file.width !== undefined && file.width !== null;

export function attachments(message) {
  const pictures = message.attachments.filter(isPicture);
  const others = message.attachments.filter((file) => !isPicture(file));
  return html`${pictures.length ? gallery(pictures, message) : nothing}${others.map(fileCard)}`;
}

/** The picture's own proportions are kept free for it before it is there, so that nothing jumps. */
function fitted(file, count) {
  const width = file.width ?? WIDEST;
  const height = file.height ?? HIGHEST;
  const widest = count === 1 ? WIDEST : WIDEST / 2 - 4;
  const scale = Math.min(1, widest / width, HIGHEST / height);
  return { width: Math.max(Math.round(width * scale), 40), height: Math.max(Math.round(height * scale), 40) };
}

export function gallery(files, message) {
  return html`<div class="gallery">${files.map((file) => picture(file, message, files.length))}</div>`;
}

function picture(file, message, count) {
  const size = fitted(file, count);
  const described = file.description ? html`<span class="alt" aria-hidden="true" title=${file.description}></span>` : nothing;
  const show = (event) => {
    const shell = event.currentTarget;
    if (shell.classList.contains("covered")) shell.classList.remove("covered");
    else openViewer(file, message, shell);
  };
  return html`<button class="picture ${file.spoiler || file.filename?.startsWith("SPOILER_") ? "covered" : ""}" @click=${show}>
    <span class="unseen">Open the picture${file.description ? ": " : ""}</span><img src=${file.url} width=${size.width} height=${size.height} alt=${file.description ?? ""} decoding="async" draggable="false">
    ${described}</button>`;
}

export const fileCard = (file) => html`<a class="file" href=${file.url} target="_blank" rel="noreferrer noopener" download=${file.filename}>
  <span class="sign" aria-hidden="true">🗎</span><span><span class="name">${file.filename}</span><small>${sizeText(file.size ?? 0)}</small></span></a>`;

// Embeds: what bots show in a framed card.

import { html, nothing } from "./lit/lit-html.js";
import { colour } from "./components.js";
import { wholeText } from "./format.js";
import { markdown } from "./markdown.js";
import { gallery } from "./pictures.js";

export const embeds = (message) => message.embeds.map((one) => embed(one, message));

function embed(one, message) {
  if (one.type === "image") return one.thumbnail ? gallery([{ ...one.thumbnail, content_type: "image/png" }], message) : nothing;
  const title = one.title ? html`<div class="embed-title">${one.url ? html`<a href=${one.url} target="_blank" rel="noreferrer noopener">${markdown(one.title, { isInline: true })}</a>` : markdown(one.title, { isInline: true })}</div>` : nothing;
  const fields = rows(one.fields ?? []).flatMap((row) => row.map((field) => html`<div class="field among-${row.length}">
    <div class="field-name">${markdown(field.name, { isInline: true })}</div><div class="md">${markdown(field.value)}</div></div>`));
  const foot = [one.footer?.text, one.timestamp ? wholeText(one.timestamp) : ""].filter(Boolean).join(" · ");
  return html`<article class="embed" .style=${one.color ? `--accent:${colour(one.color)}` : ""}>
    ${one.author ? html`<div class="embed-author">${one.author.name}</div>` : nothing}
    ${title}
    ${one.description ? html`<div class="md">${markdown(one.description)}</div>` : nothing}
    ${fields.length ? html`<div class="fields">${fields}</div>` : nothing}
    ${one.image ? gallery([{ ...one.image, description: one.image.description }], message) : nothing}
    ${one.thumbnail ? html`<img class="thumbnail" src=${one.thumbnail.url} alt="">` : nothing}
    ${foot ? html`<footer>${foot}</footer>` : nothing}
  </article>`;
}

// As Discord lays fields out: inline ones share a row, three at most; the others have one to themselves.
function rows(fields) {
  const found = [];
  for (const field of fields) {
    const last = found.at(-1);
    if (field.inline && last?.[0].inline && last.length < 3) last.push(field);
    else found.push([field]);
  }
  return found;
}

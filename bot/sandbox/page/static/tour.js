// The first minute: five things to try, each ticked as it happens.

import { html, nothing } from "./lit/lit-html.js";
import { changed, me, server, state } from "./state.js";

const KEY = "tour";
const done = new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
let isHidden = localStorage.getItem("tour hidden") === "yes";
let prepareWords = null;
let behind = null;

/** The composer and the panel lend a hand; they are told of here, for they know this module. */
export function helpedBy(prepare, lookBehind) {
  prepareWords = prepare;
  behind = lookBehind;
}

function tick(step) {
  if (done.has(step)) return;
  done.add(step);
  localStorage.setItem(KEY, JSON.stringify([...done]));
  changed();
}

export function noteDeed(kind, words, more = {}) {
  if (kind === "slash" && words === "imagine") tick("imagine");
  if (kind === "reply" && !more.files) tick("reply");
  if (kind === "reply" && more.files) tick("draw");
  if (kind === "slash" && (words === "quota set" || words === "studio setup")) tick("lead");
  if (kind === "kill") tick("kill");
}

/** What others did, as in a second window, counts too. */
export function sawMessage(message) {
  if (message.author.id !== state.botId && message.referenced_message?.author.id === state.botId) {
    tick(message.attachments.length ? "draw" : "reply");
  }
  if (message.interaction?.name === "imagine") tick("imagine");
}

const STEPS = [
  ["imagine", "Make a picture", html`Type <kbd>/imagine</kbd> and a few words. Watch it sharpen.`, "Type it for me", () => prepareWords?.("/imagine a lighthouse on a cliff at dusk, calm sea, first stars")],
  ["reply", "Change it in words", html`Press <kbd>↩</kbd> beside the picture and say what should be different.`, null, null],
  ["draw", "Circle something", html`Open the picture, <em>Draw on it</em>, circle a place, <em>Reply with it</em>, and say what belongs there.`, null, null],
  ["lead", "Be the lead and set $1", html`Be Noor (bottom left), and type <kbd>/quota set</kbd>: a budget of $1 in a month.`, "Type it for me", () => prepareWords?.("/quota set ")],
  ["kill", "Kill the bot in mid-picture", html`Open <em>Behind the scenes</em> (⚙), ask for a picture, press <em>Kill and restart</em>.`, "Open it", () => behind?.(true)],
];

let isWhole = false;

/** The whole list on the empty page; afterwards the next step alone, so that pictures have the room. */
export function tour(channel, isEmpty) {
  const isFirst = server()?.channels[0]?.id === channel.id;
  if (!isFirst || isHidden || !me().id) return nothing;
  const left = STEPS.filter(([key]) => !done.has(key)).length;
  const next = STEPS.find(([key]) => !done.has(key))?.[0];
  const hide = () => { isHidden = true; localStorage.setItem("tour hidden", "yes"); changed(); };
  return html`<section class="tour" aria-labelledby="tour-title"><header><h2 id="tour-title">${left ? "Your first minute" : "That was all of it"}</h2>
    <span class="count">${STEPS.length - left} of ${STEPS.length}</span>${isEmpty || !left ? nothing : html`<button class="quiet" aria-expanded=${String(isWhole)} @click=${() => { isWhole = !isWhole; changed(); }}>${isWhole ? "Only the next" : "All five"}</button>`}
    <button class="icon" aria-label="Hide the first minute" @click=${hide}>✕</button></header>
    <ol>${STEPS.filter(([key]) => isEmpty || isWhole || key === next).map(([key, title, words, label, act]) => html`<li class="${done.has(key) ? "done" : ""} ${key === next ? "next" : ""}">
      <span class="tick" role="img" aria-label=${done.has(key) ? "done" : "to do"}>${done.has(key) ? "✓" : ""}</span>
      <div><strong>${title}</strong>${key === next || !done.has(key) ? html`<p>${words}</p>` : nothing}</div>
      ${label && key === next ? html`<button class="button primary" @click=${act}>${label}</button>` : nothing}</li>`)}</ol></section>`;
}

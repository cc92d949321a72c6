// Where words, files and commands are written.

import { html, nothing } from "./lit/lit-html.js";
import { live } from "./lit/directives/live.js";
import { begin, commandView, matching, written } from "./command.js";
import { addFiles, enclosed, letGo, renamed, staged } from "./files.js";
import { plainText } from "./markdown.js";
import { authorName, known } from "./message.js";
import { keepBottom } from "./scrolling.js";
import { afterDrawing, changed, channelOf, draft, isForum, isThread, server, state } from "./state.js";
import { noteDeed } from "./tour.js";
import { act, open } from "./wire.js";

const fits = (words) => words.length < (innerWidth < 500 ? 28 : 60); // letters, which are seen whole

let picked = 0;
let isPickerShut = false;

export function composer() {
  const channel = channelOf(state.channel);
  if (!channel) return nothing;
  if (!channel.may.send) return html`<div class="composer closed">You cannot write here.</div>`;
  const here = draft();
  if (here.command) return html`<div class="composer">${commandView(here)}</div>`;
  const offered = offers(here, channel);
  picked = Math.min(picked, Math.max(offered.length - 1, 0));
  const place = isThread(channel) || !channel.guild_id ? channel.name ?? "Atelier" : `#${channel.name}`;
  const words = isForum(channel) ? "Begin a post" : `Message ${place}`;
  return html`<div class="composer">
    ${picker(offered)}
    ${replyBar(here)}
    ${isForum(channel) ? html`<input class="title" type="text" maxlength="100" aria-label="Title of the post" placeholder="Title" .value=${live(here.title)} @input=${(event) => { here.title = event.target.value; }}>` : nothing}
    ${staged(here)}
    <div class="line">
      <label class="icon attach" title="Send files"><input type="file" multiple aria-label="Send files" @change=${(event) => { addFiles([...event.target.files]); event.target.value = ""; }}><span aria-hidden="true">+</span></label>
      <textarea rows="1" aria-label=${words} placeholder=${[`${words} · / for commands`, words].find(fits) ?? "Message"} title="Type / for commands" maxlength="2000" .value=${live(here.text)}
        aria-haspopup="listbox" aria-autocomplete="list" aria-controls=${offered.length ? "commands" : nothing}
        aria-activedescendant=${offered.length ? `command-${picked}` : nothing}
        @input=${typed} @keydown=${keys} @paste=${paste}></textarea>
      <button class="icon send" aria-label="Send" ?disabled=${!here.text.trim() && !here.files.length} @click=${sendMessage}>➤</button>
    </div></div>`;
}

/** The commands that the words so far may mean. */
function offers(here, channel) {
  return here.text.startsWith("/") && !here.text.includes("\n") && !isPickerShut && channel.may.command ? matching(here.text) : [];
}

function picker(offered) {
  if (!offered.length) return nothing;
  return html`<ul class="above commands" id="commands" role="listbox" aria-label="Commands" tabindex="0">${offered.map((one, place) => html`<li id="command-${place}" role="option"
    aria-selected=${String(place === picked)} @mousedown=${(event) => { event.preventDefault(); begin(one); }}>
    <span class="name">/${one.name}</span><span class="what">${one.description}</span>
    <small>${one.options.filter((option) => option.required).map((option) => option.name).join(" ")}</small></li>`)}</ul>`;
}

function replyBar(here) {
  const original = here.replyTo && known(state.channel, here.replyTo);
  if (!original) return nothing;
  const out = () => { here.replyTo = null; afterDrawing(() => document.querySelector(".composer textarea")?.focus()); };
  const words = plainText(original.content);
  return html`<div class="reply-bar"><span>Replying to <strong>${authorName(original.author)}</strong> <span class="words">${words}</span></span>
    <button class="ping" role="switch" aria-checked=${String(here.ping)} aria-label="Mention ${authorName(original.author)}" @click=${() => { here.ping = !here.ping; changed(); }}>@ ${here.ping ? "on" : "off"}</button>
    <button class="icon" aria-label="Do not reply" @click=${out}>✕</button></div>`;
}

function typed(event) {
  const here = draft();
  here.text = event.target.value;
  picked = 0;
  isPickerShut = false;
  grow(event.target);
  const command = here.text.startsWith("/") ? written(here.text) : null;
  if (command) begin(command.found, command.rest);
  changed();
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, innerHeight * 0.4)}px`;
}

function keys(event) {
  const here = draft();
  const offered = offers(here, channelOf(state.channel)); // of what is written now, which may not be drawn yet
  if (event.isComposing) return;
  if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    picked = (picked + (event.key === "ArrowDown" ? 1 : offered.length - 1)) % offered.length;
    changed();
    afterDrawing(() => document.querySelector(`#command-${picked}`)?.scrollIntoView({ block: "nearest" }));
  } else if (offered.length && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
    event.preventDefault();
    begin(offered[picked]);
  } else if (event.key === "Escape") {
    if (offered.length) isPickerShut = true;
    else here.replyTo = null;
    changed();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    sendMessage();
  }
}

function paste(event) {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  addFiles([...event.clipboardData.files].map(renamed));
}

async function sendMessage() {
  const here = draft();
  const channel = channelOf(state.channel);
  if ((!here.text.trim() && !here.files.length) || here.isSending) return;
  const { keys: named, files } = enclosed(here.files);
  const deed = { kind: "send", text: withEmojis(here.text, channel), files: named, reply_to: here.replyTo, ping: here.ping };
  if (isForum(channel)) deed.title = here.title;
  here.isSending = true;
  const done = await act(deed, files);
  here.isSending = false;
  if (done === null) return;
  noteDeed(here.replyTo ? "reply" : "send", here.text, { files: here.files.length });
  here.files.forEach(letGo);
  Object.assign(here, { text: "", files: [], replyTo: null, ping: true, title: "" });
  if (done.channel !== state.channel) setTimeout(() => open(done.channel), 150);
  keepBottom(true);
  afterDrawing(() => {
    const area = document.querySelector(".composer textarea");
    if (area) grow(area);
  });
}

/** As people type them, and as they are sent: `:approved:` becomes `<:approved:123>`. */
function withEmojis(words, channel) {
  const known = server(channel.guild_id)?.emojis ?? [];
  return words.replace(/(?<!<a?):(\w{2,32}):/g, (typed, name) => {
    const found = known.find((one) => one.name === name);
    return found ? `<${found.animated ? "a" : ""}:${name}:${found.id}>` : typed;
  });
}

/** Lets words, and what goes with them, stand ready to be sent. */
export function prepare(words) {
  const here = draft();
  here.command = null;
  here.text = words;
  const command = words.startsWith("/") ? written(words) : null;
  if (command) begin(command.found, command.rest);
  else afterDrawing(() => { const area = document.querySelector(".composer textarea"); if (area) { area.focus(); grow(area); } });
  isPickerShut = false;
}

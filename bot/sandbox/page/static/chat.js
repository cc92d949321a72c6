// The messages of a channel, or the posts of a forum.

import { html, nothing } from "./lit/lit-html.js";
import { repeat } from "./lit/directives/repeat.js";
import { ref } from "./lit/directives/ref.js";
import { composer } from "./composer.js";
import { addFiles } from "./files.js";
import { dayText } from "./format.js";
import { memo } from "./memo.js";
import { isTogether, messageView } from "./message.js";
import { signOf, toggleNav } from "./places.js";
import { isFollowing, keepBottom, watch } from "./scrolling.js";
import { channelOf, draft, isForum, me, room, server, state } from "./state.js";
import { tour } from "./tour.js";
import { lookBehind, open } from "./wire.js";

export function chat() {
  const channel = channelOf(state.channel);
  if (!channel) return html`<main class="chat"><p class="empty">Nothing is open.</p></main>`;
  const name = channel.guild_id ? channel.name : "Atelier";
  return html`<main class="chat" @dragover=${over} @dragleave=${away} @drop=${drop} aria-label="${name}">
    <header><button class="icon menu" aria-label="Servers and channels" aria-expanded=${String(state.isNavOpen)} @click=${toggleNav}>☰</button>
      <h1><span class="sign" aria-hidden="true">${signOf(channel)}</span><span class="name" title=${name}>${name}</span></h1>
      ${state.isBotThere ? nothing : html`<span class="away" role="status">Atelier is offline</span>`}
      <button class="icon right" aria-pressed=${String(state.isBehindOpen)} aria-label="Behind the scenes" title="Behind the scenes" @click=${() => lookBehind(!state.isBehindOpen)}>⚙</button></header>
    ${isForum(channel) ? posts(channel) : messages(channel)}
    <div class="under" aria-live="polite">${isForum(channel) ? nothing : typing(channel)}</div>
    ${composer()}
    <div class="drop-here" aria-hidden="true">Drop it: it goes with your message</div>
  </main>`;
}

function messages(channel) {
  const here = room(channel.id);
  const cut = pieces(here);
  return html`<div class="messages" tabindex="0" aria-label="Messages in ${channel.name ?? "Atelier"}" role="group" ${ref(watch)}><div class="inner">
      <div role="log" aria-label="Messages" aria-live="polite" aria-relevant="additions">
      ${here.more ? html`<p class="older">Earlier messages come as you scroll.</p>` : beginning(channel)}
      ${repeat(cut, (piece) => piece[0].id, (piece, place) => pieceView(piece, cut[place - 1]?.at(-1), here))}</div>
      ${here.isLoaded ? tour(channel, here.list.length === 0) : nothing}
    </div></div>
    ${isFollowing() ? nothing : html`<button class="to-bottom" @click=${() => keepBottom(true)}>Newest messages ↓</button>`}`;
}

/** The list in pieces as it came: the browser leaves out those that are far away, and so do we where nothing changed. */
function pieces(here) {
  const found = [];
  for (const one of here.list) {
    if (!found.length || here.starts.has(one.id)) found.push([]);
    found.at(-1).push(one);
  }
  return found;
}

function pieceView(piece, before, here) {
  const around = [before, [...state.sending].join(), me().id, state.names, Math.floor(Date.now() / 30000), here.byId.size];
  return memo([...piece, ...around], () => html`<ol>${repeat(piece, (one) => one.id, (one, place) => row(one, place ? piece[place - 1] : before, here))}</ol>`);
}

function row(one, before, here) {
  const isNewDay = before === undefined || new Date(one.timestamp).toDateString() !== new Date(before.timestamp).toDateString();
  const pressed = [...state.sending].filter((key) => key.startsWith(`${one.id}/`)).join();
  const minute = one.content.includes("<t:") ? Math.floor(Date.now() / 30000) : 0; // "in 5 minutes" becomes "in 4 minutes"
  return memo([one, isTogether(one, before), isNewDay, pressed, me().id, state.names, minute, here.byId.has(one.referenced_message?.id)], () => html`
    ${isNewDay ? html`<li class="day"><span>${dayText(one.timestamp)}</span></li>` : nothing}${messageView(one, isNewDay ? undefined : before)}`);
}

function beginning(channel) {
  const title = channel.guild_id ? `Welcome to ${signOf(channel) === "#" ? "#" : ""}${channel.name}` : "Your direct messages with Atelier";
  return html`<div class="beginning"><span class="face" aria-hidden="true">${signOf(channel)}</span><h2 class="title">${title}</h2><p>This is where it begins.</p></div>`;
}

function posts(channel) {
  const threads = (server()?.channels ?? []).filter((one) => one.parent_id === channel.id);
  return html`<div class="messages posts" tabindex="0" role="group" aria-label="Posts in ${channel.name}"><div class="inner">
    <div class="beginning"><span class="face" aria-hidden="true">▤</span><h2>${channel.name}</h2><p>A forum: write below to begin a post.</p></div>
    ${threads.map((one) => html`<button class="post" @click=${() => open(one.id)}><strong>${one.name}</strong><small>${one.total_message_sent ?? 0} messages</small></button>`)}</div></div>`;
}

function typing(channel) {
  const one = state.typing.get(channel.id);
  if (!one || one.until < Date.now()) return nothing;
  return html`<span class="typing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> <strong>${one.name}</strong> is typing…</span>`;
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function over(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.currentTarget.classList.add("dropping");
}

function away(event) {
  if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.classList.remove("dropping");
}

function drop(event) {
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.currentTarget.classList.remove("dropping");
  addFiles([...event.dataTransfer.files], draft());
}


// One message of a channel.

import { html, nothing } from "./lit/lit-html.js";
import { components } from "./components.js";
import { embeds } from "./embeds.js";
import { hueOf, timeText, wholeText } from "./format.js";
import { markdown, plainText } from "./markdown.js";
import { attachments } from "./pictures.js";
import { openDialog } from "./modal.js";
import { openMenu } from "./popup.js";
import { jumpTo } from "./scrolling.js";
import { afterDrawing, channelOf, commandsHere, draft, me, room, toast } from "./state.js";
import { act, open } from "./wire.js";

const FLAG = { thread: 1 << 5, ephemeral: 1 << 6, loading: 1 << 7, forwarded: 1 << 14 };
const TOGETHER = 7 * 60 * 1000; // milliseconds in which messages of one author stand together
const BY_DISCORD = { 18: "started a thread", 21: "This is where the thread began." };

export const isEphemeral = (message) => (message.flags & FLAG.ephemeral) !== 0;
export const authorName = (user) => user.global_name ?? user.username;

/** Whether a message stands under the one before without its author's name. */
export function isTogether(message, before) {
  return before !== undefined && before.author.id === message.author.id && !message.referenced_message && !message.interaction_metadata
    && !(message.type in BY_DISCORD) && !(before.type in BY_DISCORD) && isEphemeral(before) === isEphemeral(message)
    && Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER;
}

export function avatar(user, kind = "") {
  const initial = [...authorName(user)][0]?.toUpperCase() ?? "?";
  return html`<span class="avatar ${kind} ${user.bot ? "is-bot" : `hue${hueOf(user.id)}`}" aria-hidden="true">${user.bot ? "✦" : initial}</span>`;
}

export function messageView(message, before) {
  if (message.type in BY_DISCORD) return systemLine(message);
  const together = isTogether(message, before);
  const name = authorName(message.author);
  const isMentioned = message.mentions.some((one) => one.id === me().id) || message.mention_everyone;
  const classes = `message ${together ? "together" : ""} ${isEphemeral(message) ? "ephemeral" : ""} ${isMentioned ? "mentioned" : ""}`;
  return html`<li class=${classes} data-message=${message.id} tabindex="-1" @contextmenu=${(event) => contextMenu(event, message)} @click=${links}>
    ${replyLine(message)}
    <div class="gutter">${together ? html`<time class="hover-time" datetime=${message.timestamp}>${timeText(message.timestamp)}</time>` : avatar(message.author)}</div>
    <div class="body">
      <div class="head ${together ? "unseen" : ""}"><span class="author">${name}</span>${message.author.bot ? html`<span class="tag">APP</span>` : nothing}
        <time datetime=${message.timestamp} title=${wholeText(message.timestamp)}>${timeText(message.timestamp)}</time></div>
      ${content(message)}
      ${isEphemeral(message) ? html`<div class="only-you"><span aria-hidden="true">👁</span> Only you can see this · <button class="quiet" @click=${() => act({ kind: "delete", channel: message.channel_id, message: message.id })}>Dismiss message</button></div>` : nothing}
      ${message.thread ? threadCard(message.thread) : nothing}
    </div>
    ${tools(message)}
  </li>`;
}

function content(message) {
  if (message.flags & FLAG.loading) {
    return html`<div class="thinking"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${authorName(message.author)} is thinking…</div>`;
  }
  const forwarded = message.message_snapshots?.[0]?.message;
  const edited = message.edited_timestamp ? html`<span class="edited" title=${wholeText(message.edited_timestamp)}>(edited)</span>` : nothing;
  const words = message.content ? html`<div class="md">${markdown(message.content)}${edited}</div>` : nothing;
  return html`${words}
    ${forwarded ? html`<blockquote class="forwarded"><div class="small">↪ Forwarded</div>${content({ ...forwarded, id: message.id, author: message.author, channel_id: message.channel_id })}</blockquote>` : nothing}
    ${attachments(message)}${embeds(message)}${components(message.components, message)}`;
}

function replyLine(message) {
  const origin = message.interaction_metadata;
  if (origin && message.interaction?.name && !message.referenced_message) {
    return html`<div class="reply-line"><span class="hook" aria-hidden="true"></span>${avatar(origin.user, "tiny")}<strong>${authorName(origin.user)}</strong> used <span class="used">${message.type === 20 ? "/" : ""}${message.interaction.name}</span></div>`;
  }
  if (message.referenced_message === undefined) return nothing;
  const original = message.referenced_message;
  if (original === null) return html`<div class="reply-line"><span class="hook" aria-hidden="true"></span><em>The original message was deleted</em></div>`;
  const pings = message.mentions.some((one) => one.id === original.author.id);
  const words = plainText(original.content) || (original.attachments.length ? "a picture" : "a message");
  return html`<div class="reply-line"><span class="hook" aria-hidden="true"></span>${avatar(original.author, "tiny")}<strong>${pings ? "@" : ""}${authorName(original.author)}</strong>
    <button class="quiet original" @click=${() => jumpTo(original.id)} aria-label="Go to the message that this answers: ${words}">${words}</button></div>`;
}

function systemLine(message) {
  const text = message.type === 18
    ? html`<strong>${authorName(message.author)}</strong> started a thread: <button class="quiet" @click=${() => open(message.message_reference.channel_id)}>${message.content}</button>`
    : BY_DISCORD[message.type];
  return html`<li class="message system" data-message=${message.id} tabindex="-1"><div class="gutter" aria-hidden="true">⌁</div><div class="body">${text} <time datetime=${message.timestamp}>${timeText(message.timestamp)}</time></div></li>`;
}

const threadCard = (thread) => html`<button class="thread-card" @click=${() => open(thread.id)}><span aria-hidden="true">⌁</span> <strong>${thread.name}</strong> <span>Open thread ›</span></button>`;

// --- what can be done with it ---------------------------------------------------------------------------------------

function tools(message) {
  if (message.flags & FLAG.loading) return nothing;
  const name = authorName(message.author);
  return html`<div class="tools" role="group" aria-label="What you can do with this message">
    ${isEphemeral(message) ? nothing : html`<button title="Reply" aria-label="Reply to ${name}" @click=${() => reply(message)}>↩</button>`}
    <button title="More" aria-label="More for this message of ${name}" aria-haspopup="menu" @click=${(event) => messageMenu(event.currentTarget, message)}>⋯</button></div>`;
}

export function reply(message) {
  Object.assign(draft(message.channel_id), { replyTo: message.id, ping: true, command: null });
  afterDrawing(() => document.querySelector(".composer textarea")?.focus());
}

function contextMenu(event, message) {
  if (event.target.closest("a, input, textarea") || getSelection()?.toString()) return;
  event.preventDefault();
  messageMenu(event.currentTarget, message, { x: event.clientX, y: event.clientY });
}

function messageMenu(opener, message, at = {}) {
  const here = channelOf(message.channel_id);
  const mine = message.author.id === me().id || isEphemeral(message);
  const apps = commandsHere().filter((one) => one.type === 3);
  const entries = [
    ...(isEphemeral(message) ? [] : [{ label: "Reply", emoji: "↩", act: () => reply(message) }]),
    ...apps.map((one) => ({ label: one.label, emoji: "✦", note: "Atelier", act: () => useMenu(one.name, message, opener) })),
    { label: "Copy the words", emoji: "⧉", act: () => copy(message.content) },
    ...(here?.may.thread && !message.thread && !isEphemeral(message) && here.type === 0 ? [{ label: "Start a thread", emoji: "⌁", act: () => startThread(message) }] : []),
    ...(mine || here?.may.delete ? [{ label: isEphemeral(message) ? "Dismiss" : "Delete", emoji: "✕", isDanger: true, act: () => act({ kind: "delete", channel: message.channel_id, message: message.id }) }] : []),
  ];
  openMenu(opener, { label: "This message", entries, ...at });
}

async function useMenu(command, message, opener) {
  const done = await act({ kind: "menu", command, channel: message.channel_id, message: message.id });
  if (done?.modal) openDialog(done, message.channel_id, opener);
}

async function startThread(message) {
  const name = plainText(message.content).slice(0, 40) || "A thread";
  const done = await act({ kind: "thread", channel: message.channel_id, message: message.id, name });
  if (done?.channel) setTimeout(() => open(done.channel), 200);
}

async function copy(words) {
  try {
    await navigator.clipboard.writeText(words);
    toast("Copied.");
  } catch {
    toast("The browser does not let this page copy.");
  }
}

/** Channels and commands that are mentioned in words. */
function links(event) {
  const { channel, command } = event.target.closest?.("button.mention")?.dataset ?? {};
  if (channel) open(channel);
  if (command) {
    draft().text = `/${command}`;
    afterDrawing(() => { const area = document.querySelector(".composer textarea"); area?.focus(); area?.dispatchEvent(new Event("input", { bubbles: true })); });
  }
}

export const known = (channel, id) => room(channel).byId.get(id);

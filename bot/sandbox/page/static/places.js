// Servers, channels, and who this window is.

import { html, nothing } from "./lit/lit-html.js";
import { hueOf } from "./format.js";
import { openMenu } from "./popup.js";
import { changed, isForum, isThread, KIND, room, server, state } from "./state.js";
import { becomePerson, open, speak } from "./wire.js";

const SIGNS = { [KIND.text]: "#", [KIND.direct]: "@", [KIND.voice]: "♪", [KIND.forum]: "▤", [KIND.media]: "▤", 5: "!" };
export const signOf = (channel) => (isThread(channel) ? "⌁" : SIGNS[channel.type] ?? "#");

export function places() {
  const { outline } = state;
  if (!outline) return nothing;
  const direct = outline.direct;
  return html`<nav class="servers" aria-label="Servers">
      ${place("@me", "Direct messages", "✦", () => open(direct.id), [direct])}
      <span class="rule" aria-hidden="true"></span>
      ${outline.servers.map((one) => place(one.id, one.name, initials(one.name), () => open(one.channels.find((channel) => channel.type === KIND.text)?.id), one.channels))}
    </nav>
    <div class="channels"><header class="server-name"><h2>${server()?.name ?? "Direct messages"}</h2></header>
      <nav class="list" aria-label="Channels" tabindex="-1">${state.place === "@me" ? entry({ ...direct, name: "Atelier" }) : channelList(server())}</nav>
      ${whoami()}</div>`;
}

const initials = (name) => name.split(/\s+/).filter((word) => !/^the$/i.test(word)).map((word) => word[0]).join("").slice(0, 2).toUpperCase();

function place(id, name, sign, act, channels) {
  const isUnread = channels.some((one) => room(one.id).unread);
  const pings = channels.reduce((sum, one) => sum + room(one.id).pings, 0);
  return html`<button class="server ${state.place === id ? "here" : ""} ${isUnread ? "unread" : ""}" title=${name} aria-label="${name}${pings ? `, ${pings} new for you` : isUnread ? ", new messages" : ""}" aria-current=${state.place === id ? "true" : nothing} @click=${act}>
    <span class="face" aria-hidden="true">${sign}</span>${pings ? html`<span class="badge" aria-hidden="true">${pings}</span>` : nothing}</button>`;
}

function channelList(here) {
  if (!here) return nothing;
  const threads = here.channels.filter(isThread);
  return here.channels.filter((one) => !isThread(one)).map((one) => html`${one.type === KIND.category ? html`<h3>${one.name}</h3>` : entry(one)}
    ${threads.filter((thread) => thread.parent_id === one.id && !thread.thread_metadata?.archived).map((thread) => entry(thread, isForum(one)))}`);
}

function entry(channel) {
  const here = room(channel.id);
  const isHere = state.channel === channel.id;
  return html`<button class="channel ${isHere ? "here" : ""} ${here.unread ? "unread" : ""} ${isThread(channel) ? "thread" : ""}" aria-current=${isHere ? "page" : nothing} @click=${() => open(channel.id)}>
    <span class="sign" aria-hidden="true">${signOf(channel)}</span><span class="name">${channel.name}</span>${here.unread ? html`<span class="unseen">new messages</span>` : nothing}${here.pings ? html`<span class="badge">${here.pings}</span>` : nothing}</button>`;
}

export function personAvatar(person, kind = "") {
  return html`<span class="avatar hue${hueOf(person.id)} ${kind}" aria-hidden="true">${person.name[0]}</span>`;
}

const LANGUAGES = { "en-US": "English", de: "Deutsch", "es-ES": "Español", "es-419": "Español (Latinoamérica)", fr: "Français", "pt-BR": "Português", ja: "日本語", "qps-ploc": "⟦Pšéúdó⟧" };

function whoami() {
  const mine = state.people.find((one) => one.id === state.person);
  if (!mine) return nothing;
  return html`<section class="whoami" aria-label="You"><button class="person" aria-haspopup="menu" @click=${switcher}>
    ${personAvatar(mine)}<span><span class="unseen">You are </span><strong>${mine.name}</strong><span class="unseen">, </span><small>${mine.note}</small><span class="unseen">. Be somebody else</span></span><span class="sign" aria-hidden="true">⇅</span></button>
    <select class="language" aria-label="Your language" title="Your language" @change=${(event) => speak(event.target.value)}>
      ${Object.entries(LANGUAGES).map(([locale, name]) => html`<option value=${locale} ?selected=${locale === state.outline.locale}>${name}</option>`)}</select></section>`;
}

function switcher(event) {
  const window_ = (id) => window.open(`/#token=${state.token}&as=${id}`, "_blank", "noreferrer");
  const others = state.people.filter((one) => one.id !== state.person);
  openMenu(event.currentTarget, {
    label: "Who you are",
    entries: [
      { isTitle: true, label: "Be somebody else" },
      ...others.map((one) => ({ label: one.name, note: one.note, act: () => becomePerson(one.id) })),
      { isTitle: true, label: "In a second window" },
      ...others.map((one) => ({ label: `Open one as ${one.name}`, emoji: "↗", act: () => window_(one.id) })),
    ],
  });
}

export const toggleNav = () => { state.isNavOpen = !state.isNavOpen; changed(); };

// Everything that the page knows. Whoever changes it calls `changed()`; everything is drawn anew at the next frame.

import { render } from "./lit/lit-html.js";

const fragment = new URLSearchParams(location.hash.slice(1));

export const state = {
  token: fragment.get("token") ?? "",
  person: fragment.get("as") ?? sessionStorage.getItem("person") ?? "",
  people: [],
  link: "connecting", // open · connecting · refused
  isBotThere: true,
  outline: null,
  names: "", // everybody's and everything's, as one text: another if any of them is
  commands: {},
  place: sessionStorage.getItem("place") ?? "", // the id of the server, or "@me"
  channel: fragment.get("in") ?? sessionStorage.getItem("channel") ?? "",
  rooms: new Map(), // by channel: { list, starts, byId, more, isLoaded, unread, pings, version }
  typing: new Map(), // by channel: { name, until }
  drafts: new Map(), // by channel: { text, files, replyTo, ping, command, title }
  sending: new Set(), // what waits for an answer: `${message}/${custom_id}`
  notices: [], // what only this window says, such as "the application did not respond"
  modal: null,
  viewer: null,
  menu: null,
  isNavOpen: false,
  isBehindOpen: sessionStorage.getItem("behind") === "yes",
  behind: {},
  toast: "",
};

let template = null;
let isWaiting = false;

export function drawWith(root, make) {
  template = () => render(make(), root);
  changed();
}

export function changed() {
  if (isWaiting || template === null) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    template();
    for (const then of afterwards.splice(0)) then();
  });
}

const afterwards = [];

/** Runs something once the page has been drawn anew. */
export function afterDrawing(then) {
  afterwards.push(then);
  changed();
}

export function toast(words) {
  state.toast = words;
  changed();
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { state.toast = ""; changed(); }, 6000);
}

export function room(channel) {
  if (!state.rooms.has(channel)) {
    state.rooms.set(channel, { list: [], starts: new Set(), byId: new Map(), more: false, isLoaded: false, unread: false, pings: 0 });
  }
  return state.rooms.get(channel);
}

export function draft(channel = state.channel) {
  if (!state.drafts.has(channel)) {
    state.drafts.set(channel, { text: "", files: [], replyTo: null, ping: true, command: null, title: "" });
  }
  return state.drafts.get(channel);
}

// --- what the outline says ------------------------------------------------------------------------------------------

export const server = (id = state.place) => state.outline?.servers.find((one) => one.id === id) ?? null;

export function channelOf(id) {
  if (state.outline === null) return null;
  if (state.outline.direct.id === id) return state.outline.direct;
  for (const one of state.outline.servers) {
    const found = one.channels.find((channel) => channel.id === id);
    if (found) return found;
  }
  return null;
}

export const serverOf = (channel) => server(channelOf(channel)?.guild_id ?? "");

export function nameOf(id) {
  for (const one of state.outline?.servers ?? []) {
    const found = one.members.find((member) => member.id === id);
    if (found) return found.name;
  }
  return state.people.find((one) => one.id === id)?.name ?? null;
}

export const roleOf = (id) => state.outline?.servers.flatMap((one) => one.roles).find((role) => role.id === id) ?? null;

export const me = () => state.outline?.me ?? { id: "", global_name: "" };

export const KIND = { text: 0, direct: 1, voice: 2, category: 4, forum: 15, media: 16 };
export const isThread = (channel) => [10, 11, 12].includes(channel.type);
export const isForum = (channel) => [KIND.forum, KIND.media].includes(channel.type);

export function commandsHere() {
  const channel = channelOf(state.channel);
  return (state.commands[channel?.guild_id ?? "@me"] ?? []).map(inTheirLanguage);
}

/** A command, an option or a choice as its person reads it; what is typed or sent stays as it is. */
function inTheirLanguage(one) {
  const locale = state.outline?.locale;
  return {
    ...one,
    label: one.name_localizations?.[locale] ?? one.name,
    ...(one.description ? { description: one.description_localizations?.[locale] ?? one.description } : {}),
    ...(one.options ? { options: one.options.map(inTheirLanguage) } : {}),
    ...(one.choices ? { choices: one.choices.map(inTheirLanguage) } : {}),
  };
}

// To and from the server: a WebSocket tells what this person sees, a form says what they do.

import { writeTimesIn } from "./format.js";
import { afterDrawing, changed, channelOf, isForum, me, room, state, toast } from "./state.js";
import { sawMessage } from "./tour.js";
import { keepBottom } from "./scrolling.js";

const PIECE = 60; // messages that are drawn together

let socket = null;
let delay = 300;

export function connect() {
  socket?.close();
  const mine = new WebSocket(`ws://${location.host}/live`);
  socket = mine;
  mine.onopen = () => mine.send(JSON.stringify({ token: state.token, person: state.person }));
  mine.onmessage = (event) => { if (socket === mine) take(JSON.parse(event.data)); };
  mine.onclose = (event) => {
    if (socket !== mine) return;
    state.link = event.code === 4001 ? "refused" : "connecting";
    changed();
    if (event.code !== 4001) setTimeout(() => { if (socket === mine) connect(); }, delay = Math.min(delay * 2, 5000));
  };
}

export function becomePerson(id) {
  Object.assign(state, { person: id, outline: null, commands: {}, channel: "", place: "", modal: null, viewer: null });
  state.rooms.clear();
  state.drafts.clear();
  state.typing.clear();
  state.notices = [];
  sessionStorage.setItem("person", id);
  history.replaceState(null, "", `#token=${state.token}&as=${id}`);
  connect();
  changed();
}

const say = (said) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(said)); };

export function open(channel) {
  const found = channelOf(channel);
  if (!found) return;
  state.channel = channel;
  state.place = found.guild_id ?? "@me";
  state.isNavOpen = false;
  sessionStorage.setItem("channel", channel);
  sessionStorage.setItem("place", state.place);
  const here = room(channel);
  here.unread = false;
  here.pings = 0;
  if (!here.isLoaded && !isForum(found)) say({ open: channel });
  keepBottom(true);
  changed();
}

export const askOlder = (channel, before) => say({ open: channel, before });

export function lookBehind(yes) {
  state.isBehindOpen = yes;
  sessionStorage.setItem("behind", yes ? "yes" : "no");
  say({ behind: yes });
  changed();
}

const takers = {
  people(said) {
    delay = 300;
    state.link = "open";
    state.people = said.people;
    state.botId = said.bot;
    if (!said.people.some((one) => one.id === state.person)) state.person = said.people[0].id;
    sessionStorage.setItem("person", state.person);
    for (const one of state.rooms.values()) one.isLoaded = false;
    if (state.isBehindOpen) say({ behind: true });
  },
  outline(said) {
    const isFirst = state.outline === null;
    state.outline = said.outline;
    writeTimesIn(said.outline.locale);
    state.names = said.outline.locale + JSON.stringify(said.outline.servers.map((one) => [one.members, one.roles, one.channels.map(({ id, name }) => [id, name])]));
    const known = channelOf(state.channel);
    if (!known) open(said.outline.servers[0]?.channels[0]?.id ?? said.outline.direct.id);
    else if (isFirst || !room(state.channel).isLoaded) open(state.channel);
  },
  commands(said) { state.commands = said.commands; },
  bot(said) { state.isBotThere = said.connected; },
  history(said) {
    const here = room(said.channel);
    if (said.before === null) {
      here.list = [];
      here.starts.clear();
      here.byId.clear();
    }
    const fresh = said.messages.filter((one) => !here.byId.has(one.id));
    if (here.list.length) here.starts.add(here.list[0].id);
    here.list = [...fresh, ...here.list];
    for (const one of here.list) here.byId.set(one.id, one);
    here.more = said.more;
    here.isLoaded = true;
    here.isAsking = false;
    said.messages.forEach(sawMessage);
  },
  message({ message }) {
    const here = room(message.channel_id);
    const place = here.list.findIndex((one) => one.id === message.id);
    const isNew = place < 0;
    if (isNew) insert(here, message);
    else here.list = here.list.with(place, message);
    here.byId.set(message.id, message);
    state.typing.delete(message.channel_id);
    if (isNew && message.channel_id !== state.channel && message.author.id !== me().id) {
      here.unread = true;
      if (message.mentions.some((one) => one.id === me().id) || !channelOf(message.channel_id)?.guild_id) here.pings += 1;
    }
    if (isNew) forgetNotices(message);
    sawMessage(message);
  },
  gone({ channel, id }) {
    const here = room(channel);
    const focused = document.activeElement?.closest?.("[data-message]");
    if (focused?.dataset.message === id) {
      const neighbour = focused.nextElementSibling ?? focused.previousElementSibling;
      afterDrawing(() => neighbour?.focus());
    }
    here.list = here.list.filter((one) => one.id !== id);
    here.byId.delete(id);
  },
  typing({ channel, by }) {
    state.typing.set(channel, { name: by.global_name ?? by.username, until: Date.now() + 8000 });
    setTimeout(changed, 8100);
  },
  behind({ part, value }) { state.behind[part] = value; },
};

function insert(here, message) {
  if (!here.isLoaded) return;
  let place = here.list.length;
  while (place > 0 && BigInt(here.list[place - 1].id) > BigInt(message.id)) place -= 1;
  here.list = here.list.toSpliced(place, 0, message);
  const last = here.list.findLastIndex((one) => here.starts.has(one.id));
  if (here.list.length - Math.max(last, 0) > PIECE) here.starts.add(message.id);
}

function forgetNotices(message) {
  if (message.author.id === state.botId) state.notices = state.notices.filter((one) => one.channel !== message.channel_id);
}

function take(said) {
  takers[said.t]?.(said);
  changed();
}

/** Does something as this person; what came of it, or null where it was refused (the reader is told). */
export async function act(deed, files = {}, { isQuiet = false } = {}) {
  const form = new FormData();
  form.append("deed", JSON.stringify({ person: state.person, channel: state.channel, ...deed }));
  for (const [key, file] of Object.entries(files)) form.append(key, file, file.name);
  const done = await post("/deed", form);
  if (done?.refused && !isQuiet) toast(done.refused);
  return done?.refused ? null : done;
}

/** What stands here already is read in the new language at once; what the bot has said stays as it was said. */
export async function speak(locale) {
  if (!(await act({ kind: "language", channel: state.channel, locale }))) return;
  takers.outline({ outline: { ...state.outline, locale } });
  changed();
}

export async function actBehind(deed) {
  const form = new FormData();
  form.append("deed", JSON.stringify(deed));
  const done = await post("/behind", form);
  if (done?.refused) toast(done.refused);
  return !done?.refused;
}

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "X-Sandbox-Token": state.token } });
    const isJson = answer.headers.get("content-type")?.startsWith("application/json");
    return isJson ? await answer.json() : { refused: await answer.text() };
  } catch {
    // What was asked may have happened all the same, so nothing is sent again.
    return { refused: "The sandbox cannot be reached. Whether that was done is not known: look before you repeat it." };
  }
}

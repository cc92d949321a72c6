// Slash commands: found while they are typed, then filled in option by option.

import { html, nothing } from "./lit/lit-html.js";
import { live } from "./lit/directives/live.js";
import { choices } from "./components.js";
import { sizeText } from "./format.js";
import { openDialog } from "./modal.js";
import { afterDrawing, changed, commandsHere, draft, state } from "./state.js";
import { act } from "./wire.js";
import { noteDeed } from "./tour.js";

const TYPE = { group: 2, sub: 1, text: 3, whole: 4, truth: 5, user: 6, channel: 7, role: 8, whoever: 9, number: 10, file: 11 };
const NESTED = [TYPE.sub, TYPE.group];
const SELECT_OF = { [TYPE.user]: 5, [TYPE.role]: 6, [TYPE.whoever]: 7, [TYPE.channel]: 8 };
const PAUSE = 120; // milliseconds without a key before the bot is asked for suggestions

let suggestions = { option: "", list: [], at: -1 };
let asked = 0;
let timer = 0;

/** Every command that can be typed here, sub-commands written out. */
export function slashCommands() {
  const spread = (one, name) => {
    const nested = (one.options ?? []).filter((option) => NESTED.includes(option.type));
    return nested.length ? nested.flatMap((inner) => spread(inner, `${name} ${inner.name}`)) : [{ name, description: one.description, options: one.options ?? [] }];
  };
  return commandsHere().filter((one) => one.type === 1).flatMap((one) => spread(one, one.name)).sort((one, other) => one.name.localeCompare(other.name));
}

export function matching(text) {
  const words = text.slice(1).toLowerCase();
  const all = slashCommands();
  return [...all.filter((one) => one.name.startsWith(words)), ...all.filter((one) => !one.name.startsWith(words) && one.name.includes(words))].slice(0, 40);
}

/** The command that this text already names, with what follows for its first option of words. */
export function written(text) {
  const found = slashCommands().filter((one) => text.startsWith(`/${one.name} `)).sort((one, other) => other.name.length - one.name.length)[0];
  return found ? { found, rest: text.slice(found.name.length + 2) } : null;
}

export function begin(command, rest = "") {
  const here = draft();
  const shown = command.options.filter((option) => option.required);
  here.command = { ...command, shown, values: {} };
  here.text = "";
  const first = command.options.find((option) => option.type === TYPE.text);
  if (rest && first) {
    here.command.values[first.name] = rest;
    if (!shown.includes(first)) shown.push(first);
  }
  suggestions = { option: "", list: [], at: -1 };
  afterDrawing(() => focusOption(first && rest ? first.name : shown[0]?.name));
}

export function focusOption(name) {
  const field = name ? document.querySelector(`[data-option="${CSS.escape(name)}"]`) : document.querySelector(".command .go");
  field?.focus();
  if (field?.setSelectionRange && field.type === "text") field.setSelectionRange(field.value.length, field.value.length);
}

export function leave() {
  const here = draft();
  here.command = null;
  suggestions = { option: "", list: [], at: -1 };
  afterDrawing(() => document.querySelector(".composer textarea")?.focus());
}

export async function send() {
  const here = draft();
  const command = here.command;
  if (!command || command.isSending) return;
  const missing = command.options.find((option) => option.required && isEmpty(command.values[option.name]));
  if (missing) {
    command.fault = `${missing.name} is needed.`;
    focusOption(missing.name);
    changed();
    return;
  }
  const files = {};
  const options = {};
  for (const option of command.options) {
    const value = command.values[option.name];
    if (isEmpty(value)) continue;
    if (option.type === TYPE.file) {
      files[option.name] = value;
      options[option.name] = { file: option.name };
    } else options[option.name] = converted(option, value);
  }
  command.isSending = true;
  command.fault = "";
  changed();
  const channel = state.channel;
  const done = await act({ kind: "slash", command: command.name, options, channel }, files);
  command.isSending = false;
  if (done === null) command.fault = state.toast;
  else {
    if (here.command === command) leave();
    noteDeed("slash", command.name, options);
    if (done.modal) openDialog(done, channel, document.querySelector(".composer textarea"));
  }
  changed();
}

/** What can be picked for an option, if that is known without asking the bot. */
function offered(option) {
  if (option.choices) return option.choices.map((one) => ({ value: one.value, label: one.label }));
  if (option.type === TYPE.truth) return [{ value: true, label: "True" }, { value: false, label: "False" }];
  if (SELECT_OF[option.type]) return choices({ type: SELECT_OF[option.type], channel_types: option.channel_types }, { channel_id: state.channel });
  return null;
}

const isEmpty = (value) => value === undefined || value === null || value === "";

function converted(option, value) {
  if (typeof value === "object") return value.value;
  const words = value.trim().toLowerCase();
  const named = offered(option)?.find((one) => [one.label.toLowerCase(), one.label.slice(1).toLowerCase()].includes(words));
  if (named) return named.value;
  return [TYPE.whole, TYPE.number].includes(option.type) && words !== "" && !Number.isNaN(Number(words)) ? Number(words) : value;
}

// --- drawn ----------------------------------------------------------------------------------------------------------

export function commandView(here) {
  const command = here.command;
  const more = command.options.filter((option) => !command.shown.includes(option));
  const described = command.options.find((option) => option.name === suggestions.option)?.description ?? command.description;
  const add = (option) => { command.shown.push(option); afterDrawing(() => focusOption(option.name)); };
  return html`<div class="command" role="group" aria-label="The command /${command.name}" @keydown=${keys}>
    ${suggestionList(command)}
    <p class="hint" id="command-hint">${described}</p>
    <div class="chips"><span class="name">/${command.name}</span>${command.shown.map((option) => chip(option, command))}
      <button class="go button primary" ?disabled=${command.isSending} @click=${send}>${command.isSending ? "Sending…" : "Send"}</button>
      <button class="icon" aria-label="Leave the command" @click=${leave}>✕</button></div>
    ${more.length ? html`<div class="more"><span>More:</span>${more.map((option) => html`<button class="quiet" title=${option.description} @click=${() => add(option)}>${option.name}</button>`)}</div>` : nothing}
    ${command.fault ? html`<p class="fault" role="alert">${command.fault}</p>` : nothing}
  </div>`;
}

function chip(option, command) {
  const value = command.values[option.name];
  const optional = option.required ? nothing : html`<button class="icon" aria-label="Leave ${option.name} out" @click=${() => { command.shown = command.shown.filter((one) => one !== option); delete command.values[option.name]; changed(); }}>✕</button>`;
  if (option.type === TYPE.file) {
    const take = (file) => { if (file) command.values[option.name] = file; changed(); };
    return html`<span class="chip file ${value ? "filled" : ""}" @dragover=${(event) => { event.preventDefault(); event.stopPropagation(); }} @drop=${(event) => { event.preventDefault(); event.stopPropagation(); take(event.dataTransfer.files[0]); }}>
      <label><span class="of">${option.name}</span><input type="file" data-option=${option.name} aria-describedby="command-hint" @focus=${() => suggest(option, command)} @change=${(event) => take(event.target.files[0])}>
      <span class="chosen">${value ? `${value.name} · ${sizeText(value.size)}` : "choose or drop a file"}</span></label>${optional}</span>`;
  }
  const shown = typeof value === "object" && value ? value.label : value ?? "";
  const isOpen = suggestions.option === option.name && suggestions.list.length > 0;
  const type = (event) => {
    command.values[option.name] = event.target.value;
    command.fault = "";
    suggest(option, command);
    changed();
  };
  return html`<span class="chip ${option.name === "prompt" ? "wide" : ""} ${isEmpty(value) ? "" : "filled"}"><label><span class="of">${option.name}</span>
    <input type="text" data-option=${option.name} .value=${live(shown)} size=${Math.min(Math.max(String(shown).length, 8), 60)} autocomplete="off" spellcheck="false"
      role="combobox" aria-expanded=${String(isOpen)} aria-controls=${isOpen ? "suggestions" : nothing} aria-autocomplete="list" aria-describedby="command-hint"
      aria-activedescendant=${isOpen && suggestions.at >= 0 ? `suggestion-${suggestions.at}` : nothing}
      @input=${type} @focus=${() => suggest(option, command)} @blur=${() => setTimeout(() => forget(option), 150)}></label>${optional}</span>`;
}

function suggestionList(command) {
  if (!suggestions.list.length) return nothing;
  return html`<ul class="above" id="suggestions" role="listbox" aria-label="What fits ${suggestions.option}">${suggestions.list.map((one, place) => html`<li
    id="suggestion-${place}" role="option" aria-selected=${String(place === suggestions.at)} @mousedown=${(event) => { event.preventDefault(); pick(command, place); }}>
    <span>${one.label}</span>${one.note ? html`<small>${one.note}</small>` : nothing}</li>`)}</ul>`;
}

function pick(command, place) {
  const one = suggestions.list[place];
  const option = command.options.find((each) => each.name === suggestions.option);
  command.values[option.name] = { value: one.value, label: one.label };
  suggestions = { option: option.name, list: [], at: -1 };
  afterDrawing(() => {});
}

function forget(option) {
  if (suggestions.option !== option.name || document.activeElement?.dataset?.option === option.name) return;
  suggestions = { option: "", list: [], at: -1 };
  changed();
}

function suggest(option, command) {
  const value = command.values[option.name];
  const words = typeof value === "string" ? value : "";
  const show = (list) => { suggestions = { option: option.name, list: list.slice(0, 25), at: -1 }; changed(); };
  const fitting = (list) => list.filter((one) => one.label.toLowerCase().includes(words.toLowerCase()));
  clearTimeout(timer);
  const known = offered(option);
  if (known) show(fitting(known));
  else if (option.autocomplete) {
    if (suggestions.option !== option.name) show([]);
    timer = setTimeout(() => ask(option, command, words, show), PAUSE);
  } else show([]);
}

async function ask(option, command, words, show) {
  const mine = asked += 1;
  const others = {};
  for (const each of command.options) {
    const value = command.values[each.name];
    if (each.name !== option.name && !isEmpty(value) && each.type !== TYPE.file) others[each.name] = converted(each, value);
  }
  const done = await act({ kind: "autocomplete", command: command.name, focused: option.name, value: words, options: others }, {}, { isQuiet: true });
  if (mine === asked && done && document.activeElement?.dataset?.option === option.name) show(done.choices.map((one) => ({ value: one.value, label: one.name })));
}

function keys(event) {
  const command = draft().command;
  const { list, at } = suggestions;
  if (event.key === "Escape") {
    event.preventDefault();
    if (list.length) { suggestions.list = []; changed(); } else leave();
  } else if (event.target.dataset?.option === undefined || event.target.type === "file") return;
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.length) {
    event.preventDefault();
    suggestions.at = (at + (event.key === "ArrowDown" ? 1 : list.length - (at < 0 ? 0 : 1))) % list.length;
    changed();
    document.querySelector(`#suggestion-${suggestions.at}`)?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    event.preventDefault();
    const option = command.options.find((each) => each.name === event.target.dataset.option);
    const isWritten = typeof command.values[option.name] === "string" && command.values[option.name] !== "";
    if (at >= 0) pick(command, at);
    else if (list.length && isWritten && offered(option)) pick(command, 0);
    else send();
  } else if (event.key === "Tab" && at >= 0) pick(command, at);
  else if (event.key === "Backspace" && event.target.value === "" && command.shown[0]?.name === event.target.dataset.option) {
    event.preventDefault();
    leave();
  }
}

// A picture, large: its words for who cannot see it, what it was before, and something to draw with.

import { html, nothing } from "./lit/lit-html.js";
import { drawing, isMarked, markedFile } from "./drawing.js";
import { choose as chooseTool, HINT, undo as undoLast } from "./drawing-keys.js";
import { addFiles } from "./files.js";
import { isPicture } from "./pictures.js";
import { afterDrawing, changed, channelOf, draft, room, state } from "./state.js";

const SCHEMES = { look: "Look", compare: "Before and after", draw: "Draw on it" };

export function openViewer(file, message, opener) {
  state.viewer = { file, message, opener, mode: "look", before: before(message), at: 50, tool: { kind: "brush", colour: "#ff2d55", size: 14 }, strokes: [], as: "drawing", box: { x: 25, y: 25, w: 50, h: 50 } };
  afterDrawing(() => {
    const dialog = document.querySelector("dialog.viewer");
    if (dialog && !dialog.open) dialog.showModal();
  });
}

export function closeViewer() {
  const opener = state.viewer?.opener;
  document.querySelector("dialog.viewer")?.close();
  state.viewer = null;
  changed();
  if (opener?.isConnected) opener.focus();
}

/** The picture that this one was made from: up the replies to the nearest picture; or else the one before it here. */
function before(message) {
  const here = room(message.channel_id);
  let one = message;
  for (let steps = 0; steps < 6 && one?.message_reference; steps += 1) {
    one = here.byId.get(one.message_reference.message_id);
    const picture = one?.attachments.find(isPicture);
    if (picture && one.author.id === state.botId) return picture;
  }
  const place = here.list.findIndex((each) => each.id === message.id);
  const earlier = here.list.slice(0, Math.max(place, 0)).findLast((each) => each.author.id === state.botId && each.attachments.some(isPicture));
  return earlier?.attachments.find(isPicture) ?? null;
}

export function viewerView() {
  const open = state.viewer;
  if (!open) return nothing;
  const may = channelOf(open.message.channel_id)?.may;
  const modes = Object.keys(SCHEMES).filter((mode) => (mode !== "compare" || open.before) && (mode !== "draw" || (may?.send && may.attach && !(open.message.flags & 64))));
  const choose = (mode) => { open.mode = mode; changed(); };
  const moves = (event) => { event.preventDefault(); closeViewer(); };
  return html`<dialog class="viewer" aria-label="A picture, large" @cancel=${moves} @click=${(event) => { if (event.target === event.currentTarget) closeViewer(); }}>
    <div class="stage ${open.mode}">${stage(open)}</div>
    <div class="bar">
      ${open.file.description && open.mode === "look" ? html`<p class="alt-text">${open.file.description}</p>` : nothing}
      ${open.mode === "compare" ? html`<label class="slider">Before <input type="range" min="0" max="100" .value=${String(open.at)} aria-label="How much of the picture after the change is shown" @input=${(event) => { open.at = Number(event.target.value); changed(); }}> After</label>` : nothing}
      ${open.mode === "draw" ? drawTools(open) : nothing}
      <div class="modes" role="group" aria-label="What to do with it">${modes.map((mode) => html`<button class="button ${open.mode === mode ? "primary" : "secondary"}" aria-pressed=${String(open.mode === mode)} @click=${() => choose(mode)}>${SCHEMES[mode]}</button>`)}
        <a class="button link" href=${open.file.url} target="_blank" rel="noreferrer noopener">Original ↗</a>
        <button class="button secondary" @click=${closeViewer}>Close</button></div>
    </div></dialog>`;
}

/** A picture's own proportions and width, for the place that it takes. */
export const fit = ({ width, height }) => `--ratio:${width / height};--width:${width}px`;

function stage(open) {
  const alt = open.file.description ?? "";
  if (open.mode === "compare") {
    return html`<div class="fitted compare" .style="${fit(open.file)};--x:${100 - open.at}%"><img src=${open.before.url} alt="Before: ${open.before.description ?? ""}" draggable="false"><img class="after" src=${open.file.url} alt="After: ${alt}" draggable="false"><span class="edge" aria-hidden="true"></span></div>`;
  }
  if (open.mode === "draw") return drawing(open);
  return html`<div class="fitted" .style=${fit(open.file)}><img src=${open.file.url} alt=${alt}></div>`;
}

const TOOLS = { brush: "Brush", rectangle: "Rectangle", eraser: "Eraser" };
const COLOURS = { "#ff2d55": "red", "#ffd60a": "yellow", "#0a84ff": "blue", "#ffffff": "white" };

function drawTools(open) {
  const { tool, box } = open;
  const undo = () => { undoLast(open); changed(); };
  const place = () => { open.strokes.push({ kind: "rectangle", colour: tool.colour, size: tool.size, share: { ...box } }); changed(); };
  const number = (key, label) => html`<label>${label}<input type="number" min="0" max="100" .value=${String(box[key])} @input=${(event) => { box[key] = Number(event.target.value); }}></label>`;
  return html`<div class="draw-tools">
    <p class="keys">${HINT}</p><p class="unseen" role="status">${open.said ?? ""}</p>
    <div class="tools-of-drawing" role="group" aria-label="Tool">${Object.entries(TOOLS).map(([kind, label]) => html`<button class="button ${tool.kind === kind ? "primary" : "secondary"}" aria-pressed=${String(tool.kind === kind)} @click=${() => { chooseTool(open, kind); changed(); }}>${label}</button>`)}
      ${Object.entries(COLOURS).map(([colour, name]) => html`<button class="swatch" .style="--swatch:${colour}" aria-label=${name} aria-pressed=${String(tool.colour === colour)} @click=${() => { tool.colour = colour; changed(); }}></button>`)}
      <label class="size">Width <input type="range" min="3" max="80" .value=${String(tool.size)} @input=${(event) => { tool.size = Number(event.target.value); changed(); }}></label>
      <button class="button secondary" ?disabled=${!open.strokes.length} @click=${undo}>Undo</button></div>
    <details><summary>Place a rectangle by numbers</summary><div class="numbers">${number("x", "Left %")}${number("y", "Top %")}${number("w", "Width %")}${number("h", "Height %")}<button class="button secondary" @click=${place}>Place it</button></div></details>
    <div class="tools-of-drawing"><label class="choice"><input type="radio" name="as" ?checked=${open.as === "drawing"} @change=${() => { open.as = "drawing"; changed(); }}> <span>as a drawing on it</span></label>
      <label class="choice"><input type="radio" name="as" ?checked=${open.as === "mask"} @change=${() => { open.as = "mask"; changed(); }}> <span>as a mask: only there it may change</span></label>
      <button class="button success" ?disabled=${!isMarked(open)} @click=${() => replyWith(open)}>Reply with it</button></div></div>`;
}

async function replyWith(open) {
  if (open.isMaking) return;
  open.isMaking = true;
  const file = await markedFile(open);
  const here = draft(open.message.channel_id);
  Object.assign(here, { replyTo: open.message.id, ping: true, command: null });
  closeViewer();
  addFiles([file], here);
  afterDrawing(() => document.querySelector(".composer textarea")?.focus());
}

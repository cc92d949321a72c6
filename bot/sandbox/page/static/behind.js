// Behind the scenes: the bot's process, its books, the image API's log, its own log, and what may go wrong.

import { html, nothing } from "./lit/lit-html.js";
import { live } from "./lit/directives/live.js";
import { moneyText, relativeText, sizeText, wholeText } from "./format.js";
import { changed, nameOf, state } from "./state.js";
import { noteDeed } from "./tour.js";
import { actBehind, lookBehind } from "./wire.js";

const DAY = 86400;
const PARTS = ["bot", "books", "calls", "switches", "clock", "log"];
const STEPS = [["An hour", 3600], ["A day", DAY], ["A week", 7 * DAY], ["A month", 31 * DAY]];

export function behindView() {
  if (!state.isBehindOpen) return nothing;
  const { bot, books, calls, log, switches, clock } = state.behind;
  return html`<aside class="behind" aria-label="Behind the scenes"><header><h2>Behind the scenes</h2><button class="icon" aria-label="Close behind the scenes" @click=${() => lookBehind(false)}>✕</button></header>
    <div class="scroll" tabindex="0" role="group" aria-label="What stands behind the scenes">${
      // All at once: what comes bit by bit moves away from under a finger that is pressing.
      PARTS.every((part) => part in state.behind) ? html`
      ${section("The bot", true, processPart(bot))}
      ${section("The books", true, booksPart(books))}
      ${section("What the API was asked", true, callsPart(calls))}
      ${section("What should go wrong", false, switchesPart(switches, bot))}
      ${section("The time", false, clockPart(clock))}
      ${section("The bot's log", false, html`<pre class="log" tabindex="0" aria-label="The bot's log">${log.join("\n") || "It has said nothing yet."}</pre>`)}`
      : html`<p class="small looking">Looking…</p>`}</div></aside>`;
}

const section = (title, isOpen, inner) => html`<details class="part" ?open=${isOpen}><summary>${title}</summary><div>${inner}</div></details>`;

async function press(act) {
  if (act.startsWith("kill")) noteDeed("kill");
  await actBehind({ act });
}

function processPart(bot) {
  const words = bot.pid ? `runs as process ${bot.pid}` : `does not run${bot.code === null ? "" : ` (it ended with ${bot.code})`}`;
  return html`<p><span class="light ${bot.pid ? "on" : "off"}" aria-hidden="true"></span> It ${words}${state.isBotThere ? " and is connected" : ""}.</p>
    <div class="buttons">${bot.pid
      ? html`<button class="button danger" @click=${() => press("kill and restart")}>Kill and restart</button><button class="button secondary" @click=${() => press("kill")}>Kill</button><button class="button secondary" @click=${() => press("restart")}>Restart gently</button>`
      : html`<button class="button success" @click=${() => press("start")}>Start it</button>`}</div>`;
}

function booksPart(books) {
  if (!books.limits) return html`<p class="small">No books yet.</p>`;
  return html`<dl class="sums"><div><dt>charged</dt><dd>${moneyText(books.settled_nano)}</dd></div><div><dt>held</dt><dd>${moneyText(books.held_nano)}</dd></div>
      <div><dt>unknown</dt><dd>${moneyText(books.unknown_nano)}</dd></div><div><dt>waiting</dt><dd>${books.waiting}</dd></div><div><dt>drawn now</dt><dd>${books.running}</dd></div></dl>
    ${books.limits.map(limitBar)}
    ${books.jobs.length ? html`<div class="table" tabindex="0" role="group" aria-label="Jobs"><table><caption class="unseen">The latest jobs</caption><thead><tr><th scope="col">Picture</th><th scope="col">For</th><th scope="col">State</th><th scope="col">Held</th><th scope="col">Cost</th></tr></thead>
      <tbody>${books.jobs.map((job) => html`<tr><td>${job.number ? `#${job.number}` : "–"}</td><td>${nameOf(job.member) ?? "?"}</td><td><span class="state ${job.state}">${job.state}</span></td><td>${moneyText(job.hold_nano)}</td><td>${job.actual_nano === null ? "–" : moneyText(job.actual_nano)}</td></tr>`)}</tbody></table></div>` : nothing}`;
}

function limitBar(limit) {
  const text = (amount) => (limit.money ? moneyText(amount) : String(amount));
  const used = limit.maximum ? Math.min(limit.used / limit.maximum, 1) : 1;
  const held = limit.maximum ? Math.min(limit.held / limit.maximum, used) : 0;
  const level = used >= 1 ? "spent" : used >= 0.8 ? "nearly" : "";
  return html`<div class="limit"><div class="limit-words"><span>${limit.name}</span><span>${text(limit.used)} of ${text(limit.maximum)}</span></div>
    <div class="meter ${level}" role="meter" aria-label=${limit.name} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(used * 100)} aria-valuetext="${text(limit.used)} of ${text(limit.maximum)}"><span .style="--share:${used * 100}%"></span><i .style="--from:${(used - held) * 100}%;--share:${held * 100}%"></i></div>
    <small title=${wholeText(limit.resets_at * 1000)}>begins anew ${relativeText(limit.resets_at)}</small></div>`;
}

function callsPart(calls) {
  if (!calls.length) return html`<p class="small">It was not asked yet.</p>`;
  return calls.map((call) => {
    const { prompt, ...fields } = call.fields;
    return html`<details class="call"><summary><span class="state ${call.outcome}">${call.code ?? call.outcome}</span> <span class="prompt">${prompt ?? call.endpoint}</span> ${call.cost_nano === null ? nothing : html`<small>${moneyText(call.cost_nano)}</small>`}</summary>
      <p class="small">${call.endpoint} ${call.size ? `· ${call.size}` : ""} · ${call.previews} previews</p>
      <p class="full">${prompt}</p>
      <dl class="request">${Object.entries(fields).map(([key, value]) => html`<div><dt>${key}</dt><dd>${typeof value === "object" ? JSON.stringify(value) : String(value)}</dd></div>`)}</dl>
      ${call.files.length ? html`<div class="sent">${call.files.map((file) => html`<figure><a href=${file.url} target="_blank" rel="noreferrer noopener" aria-label="Open ${file.field} ${file.name}"><img class=${file.field} src=${file.url} alt="What was sent as ${file.field}"></a><figcaption>${file.field}<br>${sizeText(file.bytes)}</figcaption></figure>`)}</div>` : nothing}
      <button class="quiet" @click=${() => navigator.clipboard.writeText(JSON.stringify({ endpoint: call.endpoint, ...call.fields, files: call.files.map(({ url, ...file }) => file) }, null, 2))}>Copy as JSON</button></details>`;
  });
}

function switchesPart(switches, bot) {
  // Shown as it was turned until the next look tells how it stands: whoever turns it twice meets no old state.
  const turn = async (one, on) => { one.on = on; await actBehind({ switch: one.key, on }); changed(); };
  const fill = async (on) => { bot.disk_full = on; await press(on ? "fill disk" : "free disk"); changed(); };
  const box = (label, isOn, act, note) => html`<label class="switch"><input type="checkbox" role="switch" .checked=${live(isOn)} @change=${(event) => act(event.target.checked)}><span>${label}<small>${note}</small></span></label>`;
  return html`${switches.map((one) => box(one.label, one.on, (on) => turn(one, on), one.lasts ? "until you switch it off" : "meets the next picture"))}
    ${box("The disk is full", bot.disk_full, fill, "until you switch it off")}`;
}

function clockPart(clock) {
  const { ahead } = clock;
  const travel = async (seconds) => { await actBehind({ travel: seconds }); };
  return html`<p>${ahead ? html`It is <strong>${wholeText(Date.now() + ahead * 1000)}</strong> here, ${relativeText(Date.now() / 1000 + ahead)}.` : "It is what your clock says."}</p>
    <p class="small">Put it forward: budgets begin anew, buttons grow old, models retire. It does not go back.</p>
    <div class="buttons">${STEPS.map(([label, seconds]) => html`<button class="button secondary" @click=${() => travel(seconds)}>${label}</button>`)}</div>`;
}

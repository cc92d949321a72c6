// Discord's Markdown: words to a tree, the tree to nodes. No HTML strings anywhere.

import { html, nothing } from "./lit/lit-html.js";
import { timestampText, wholeText } from "./format.js";
import { channelOf, me, nameOf, roleOf, state } from "./state.js";

const DEEPEST = 12;
const RULES = [
  ["escape", /^\\([^A-Za-z0-9\s])/],
  ["code", /^(`+)([\s\S]*?[^`])\1(?!`)/],
  ["time", /^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/],
  ["user", /^<@!?(\d+)>/],
  ["role", /^<@&(\d+)>/],
  ["channel", /^<#(\d+)>/],
  ["command", /^<\/([^:>]+):(\d+)>/],
  ["emoji", /^<a?:(\w{2,32}):(\d+)>/],
  ["everyone", /^@(everyone|here)\b/],
  ["masked", /^\[((?:\\.|[^\]\\])+)\]\(<?((?:https?):\/\/[^\s<>)]+)>?(?: "[^"]*")?\)/],
  ["plain", /^<((?:https?):\/\/[^\s<>]+)>/],
  ["link", /^https?:\/\/[^\s<>]*[^\s<>.,:;"'\])!?]/],
  ["spoiler", /^\|\|([\s\S]+?)\|\|/],
  ["bold", /^\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/s],
  ["underline", /^__((?:\\.|[^\\])+?)__(?!_)/s],
  ["strike", /^~~((?:\\.|[^\\])+?)~~/s],
  ["italic", /^\*(?!\s)((?:\\.|\*\*(?:\\.|[^\\])+?\*\*|[^\\*])+?)\*(?!\*)/s],
  ["italic", /^_((?:\\.|[^\\_])+?)_(?![A-Za-z0-9_])/s],
  ["break", /^\n/],
];
const PLAIN = /^[^\\`<@[h|*_~\n]+/;

export function parseInline(words, depth = 0) {
  const found = [];
  let text = "";
  let rest = words;
  let before = "";
  const flush = () => { if (text) found.push({ kind: "text", text }); text = ""; };
  while (rest) {
    const plain = PLAIN.exec(rest);
    if (plain) {
      text += plain[0];
      before = plain[0].at(-1);
      rest = rest.slice(plain[0].length);
      continue;
    }
    const rule = depth < DEEPEST && RULES.find(([kind, pattern]) => allowed(kind, rest, before) && pattern.test(rest));
    if (!rule) {
      text += rest[0];
      before = rest[0];
      rest = rest.slice(1);
      continue;
    }
    const [kind, pattern] = rule;
    const match = pattern.exec(rest);
    if (kind === "escape") text += match[1];
    else {
      flush();
      found.push(node(kind, match, depth));
    }
    before = match[0].at(-1);
    rest = rest.slice(match[0].length);
  }
  flush();
  return found;
}

const allowed = (kind, rest, before) =>
  !(kind === "italic" && rest[0] === "_" && /\w/.test(before)) && !(kind === "link" && /\w/.test(before));

function node(kind, match, depth) {
  const inner = () => parseInline(match[1], depth + 1);
  switch (kind) {
    case "code": return { kind, text: match[2].replace(/^ (?=`)|(?<=`) $/g, "") };
    case "time": return { kind, seconds: Number(match[1]), style: match[2] ?? "f" };
    case "user": case "role": case "channel": return { kind, id: match[1] };
    case "command": return { kind, name: match[1] };
    case "emoji": return { kind, name: match[1], id: match[2] };
    case "everyone": return { kind, name: match[1] };
    case "masked": return { kind: "link", url: match[2], inner: inner() };
    case "plain": return { kind: "link", url: match[1], inner: [{ kind: "text", text: match[1] }] };
    case "link": return { kind, url: match[0], inner: [{ kind: "text", text: match[0] }] };
    case "break": return { kind };
    default: return { kind, inner: inner() };
  }
}

/** Blocks: fences, headings, small print, lists, quotes, and paragraphs between them. */
export function parseBlocks(words, depth = 0) {
  const blocks = [];
  const fence = /```(?:([\w+#-]+)\n)?([\s\S]*?)```/g;
  let from = 0;
  for (const match of words.matchAll(fence)) {
    if (!match[2].trim()) continue;
    blocks.push(...parseLines(words.slice(from, match.index).replace(/\n$/, ""), depth));
    blocks.push({ kind: "fence", text: match[2].replace(/^\n|\n$/g, "") });
    from = match.index + match[0].length;
  }
  blocks.push(...parseLines(from ? words.slice(from).replace(/^\n/, "") : words, depth));
  return blocks;
}

function parseLines(words, depth) {
  if (!words) return [];
  const blocks = [];
  const lines = words.split("\n");
  let paragraph = [];
  const flush = () => {
    if (paragraph.length) blocks.push({ kind: "lines", inner: parseInline(paragraph.join("\n")) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const heading = /^(#{1,3}) +(\S.*)$/.exec(line);
    const small = /^-# +(\S.*)$/.exec(line);
    const item = /^( *)([-*]|\d+\.) +(\S.*)$/.exec(line);
    const rest = line.startsWith(">>> ") && depth === 0;
    if (heading || small || item || rest || (line.startsWith("> ") && depth === 0)) flush();
    if (heading) blocks.push({ kind: "heading", level: heading[1].length, inner: parseInline(heading[2]) });
    else if (small) blocks.push({ kind: "small", inner: parseInline(small[1]) });
    else if (item) addItem(blocks, item);
    else if (rest) {
      blocks.push({ kind: "quote", inner: parseBlocks([line.slice(4), ...lines.slice(at + 1)].join("\n"), 1) });
      break;
    } else if (line.startsWith("> ") && depth === 0) {
      const quoted = [line.slice(2)];
      while (lines[at + 1]?.startsWith("> ")) quoted.push(lines[at += 1].slice(2));
      blocks.push({ kind: "quote", inner: parseBlocks(quoted.join("\n"), 1) });
    } else paragraph.push(line);
  }
  flush();
  return blocks;
}

function addItem(blocks, [, indent, sign, words]) {
  const isOrdered = /\d/.test(sign);
  const one = { level: Math.min(Math.floor(indent.length / 2), 4), inner: parseInline(words) };
  const last = blocks.at(-1);
  if (last?.kind === "list" && (last.isOrdered === isOrdered || one.level > 0)) last.items.push(one);
  else blocks.push({ kind: "list", isOrdered, start: isOrdered ? parseInt(sign, 10) : 1, items: [one] });
}

// --- nodes ----------------------------------------------------------------------------------------------------------

/** Words as nodes; what cannot be read is shown as it was written. */
export function markdown(words, { isInline = false } = {}) {
  try {
    return isInline ? parseInline(words.replaceAll("\n", " ")).map(inlineNode) : parseBlocks(words).map(blockNode);
  } catch {
    return words;
  }
}

function blockNode(block) {
  const inner = () => block.inner.map(inlineNode);
  switch (block.kind) {
    case "fence": return html`<pre tabindex="0"><code>${block.text}</code></pre>`;
    case "heading": return html`<div class="h h${block.level}" role="heading" aria-level="3">${inner()}</div>`;
    case "small": return html`<div class="small">${inner()}</div>`;
    case "quote": return html`<blockquote>${block.inner.map(blockNode)}</blockquote>`;
    case "list": {
      const items = block.items.map((one) => html`<li class="deep${one.level}">${one.inner.map(inlineNode)}</li>`);
      return block.isOrdered ? html`<ol start=${block.start}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    default: return html`<div class="lines">${inner()}</div>`;
  }
}

function inlineNode(one) {
  const inner = () => one.inner.map(inlineNode);
  switch (one.kind) {
    case "text": return one.text;
    case "break": return html`<br>`;
    case "code": return html`<code>${one.text}</code>`;
    case "bold": return html`<strong>${inner()}</strong>`;
    case "italic": return html`<em>${inner()}</em>`;
    case "underline": return html`<u>${inner()}</u>`;
    case "strike": return html`<s>${inner()}</s>`;
    case "spoiler": return spoiler(inner());
    case "link": return html`<a href=${one.url} target="_blank" rel="noreferrer noopener">${inner()}</a>`;
    case "time": {
      const date = new Date(one.seconds * 1000);
      if (Number.isNaN(date.getTime())) return "Invalid date";
      return html`<time datetime=${date.toISOString()} title=${wholeText(date)}>${timestampText(one.seconds, one.style)}</time>`;
    }
    case "user": {
      const isMe = one.id === me().id;
      return html`<span class="mention ${isMe ? "me" : ""}">@${nameOf(one.id) ?? (one.id === state.botId ? "Atelier" : "unknown-user")}</span>`;
    }
    case "role": return html`<span class="mention">@${roleOf(one.id)?.name.replace(/^@/, "") ?? "unknown-role"}</span>`;
    case "channel": {
      const name = channelOf(one.id)?.name;
      return html`<button class="mention" data-channel=${name ? one.id : nothing} ?disabled=${!name}>#${name ?? "no access"}</button>`;
    }
    case "command": return html`<button class="mention" data-command=${one.name}>/${one.name}</button>`;
    case "emoji": return emojiPicture(one);
    case "everyone": return html`<span class="mention me">@${one.name}</span>`;
    default: return inner();
  }
}

/** A custom emoji; for who cannot see it, its name. */
export const emojiPicture = ({ id, name }) => html`<img class="emoji" src="/emojis/${id}" alt=":${name}:" title=":${name}:" draggable="false">`;

function spoiler(inner) {
  const reveal = (event) => event.currentTarget.classList.add("shown");
  const press = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); reveal(event); } };
  return html`<span class="spoiler" tabindex="0" role="button" aria-label="Spoiler: press to show" @click=${reveal} @keydown=${press}><span>${inner}</span></span>`;
}

/** A message in one line, for reply bars. */
export const plainText = (words) => words
  .replace(/<t:(-?\d+)(?::(\w))?>/g, (_, at, style) => timestampText(Number(at), style))
  .replace(/<@!?(\d+)>/g, (_, id) => `@${nameOf(id) ?? "somebody"}`)
  .replace(/<a?(:\w+:)\d+>/g, "$1")
  .replace(/<#(\d+)>/g, (_, id) => `#${channelOf(id)?.name ?? "channel"}`)
  .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_~`|]{1,3}|^-# |^#+ |^>+ /gm, "").replace(/\s+/g, " ").trim();

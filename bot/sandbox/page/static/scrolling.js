// The message list follows the newest message only as long as its reader is at the bottom.

import { afterDrawing, room, state } from "./state.js";
import { askOlder } from "./wire.js";

const NEAR = 80; // pixels

let isAtBottom = true;
let last = 0; // where the list stood
let list = null;
let watcher = null;

export const isFollowing = () => isAtBottom;

export function watch(element) {
  if (element === list) return;
  watcher?.disconnect();
  list = element ?? null;
  if (!list) return;
  list.addEventListener("scroll", scrolled, { passive: true });
  watcher = new ResizeObserver(() => { if (isAtBottom) toBottom(); });
  watcher.observe(list);
  if (list.firstElementChild) watcher.observe(list.firstElementChild);
}

export function keepBottom(isForced = false) {
  if (isForced) isAtBottom = true;
  afterDrawing(() => { if (isAtBottom) toBottom(); });
}

export function toBottom() {
  if (!list) return;
  list.scrollTop = list.scrollHeight;
  last = list.scrollTop;
}

function scrolled() {
  const before = isAtBottom;
  const isNear = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  // What grows below does not move the list; only who scrolls up leaves the bottom.
  if (isNear) isAtBottom = true;
  else if (list.scrollTop < last - 1) isAtBottom = false;
  last = list.scrollTop;
  if (before !== isAtBottom) afterDrawing(() => {});
  if (list.scrollTop < 600) loadOlder();
}

function loadOlder() {
  const here = room(state.channel);
  if (!here.more || here.isAsking || here.list.length === 0) return;
  here.isAsking = true;
  const height = list.scrollHeight;
  const oldest = here.list[0].id;
  askOlder(state.channel, oldest);
  const settle = () => {
    if (here.isAsking) { requestAnimationFrame(settle); return; }
    afterDrawing(() => { list.scrollTop += list.scrollHeight - height; });
  };
  requestAnimationFrame(settle);
}

export function jumpTo(id) {
  const element = document.querySelector(`[data-message="${CSS.escape(id)}"]`);
  if (!element) return;
  isAtBottom = false;
  element.scrollIntoView({ block: "center", behavior: "smooth" });
  element.focus({ preventScroll: true });
  element.classList.add("found");
  setTimeout(() => element.classList.remove("found"), 1600);
}

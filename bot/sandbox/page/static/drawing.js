// Drawing on a picture: strokes are kept as a list, and drawn at the picture's own size when they are sent.

import { html } from "./lit/lit-html.js";
import { HINT, lift, paintCursor, pressed } from "./drawing-keys.js";
import { ref } from "./lit/directives/ref.js";
import { changed } from "./state.js";

let current = null;

export const isMarked = (open) => open.strokes.some((one) => one.kind !== "eraser");

export function drawing(open) {
  const size = { width: open.file.width, height: open.file.height };
  return html`<div class="fitted easel" .style="--ratio:${size.width / size.height};--width:${size.width}px"><img src=${open.file.url} alt=${open.file.description ?? ""} draggable="false">
    <canvas width=${size.width} height=${size.height} tabindex="0" role="application" aria-label="Draw here" aria-description=${HINT} ${ref((canvas) => { if (canvas) show(canvas, open); })}
      @keydown=${(event) => pressed(event, open)} @focus=${changed} @blur=${changed}
      @pointerdown=${(event) => start(event, open)} @pointermove=${(event) => go(event, open)} @pointerup=${() => end()} @pointercancel=${() => end()}></canvas></div>`;
}

function show(canvas, open) {
  paint(canvas, open.strokes);
  paintCursor(canvas, open);
}

function point(event) {
  const canvas = event.currentTarget;
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function start(event, open) {
  if (event.button !== 0) return;
  event.preventDefault();
  lift(open);
  open.cursor = null;
  event.currentTarget.setPointerCapture(event.pointerId);
  const scale = open.file.width / event.currentTarget.getBoundingClientRect().width;
  current = { ...open.tool, size: open.tool.size * scale, points: [point(event)] };
  open.strokes.push(current);
  changed();
}

function go(event, open) {
  if (!current) return;
  const moved = event.getCoalescedEvents?.() ?? [];
  for (const one of moved.length ? moved : [event]) current.points.push(point({ currentTarget: event.currentTarget, clientX: one.clientX, clientY: one.clientY }));
  paint(event.currentTarget, open.strokes);
}

function end() {
  current = null;
  changed();
}

function paint(canvas, strokes, colour = null) {
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineCap = "round";
  pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.globalCompositeOperation = stroke.kind === "eraser" ? "destination-out" : "source-over";
    pen.strokeStyle = pen.fillStyle = colour ?? stroke.colour;
    pen.lineWidth = stroke.size;
    if (stroke.kind === "rectangle") rectangle(pen, canvas, stroke, colour !== null);
    else line(pen, stroke);
  }
  pen.globalCompositeOperation = "source-over";
}

function rectangle(pen, canvas, stroke, isFilled) {
  const share = stroke.share;
  const [x, y, toX, toY] = share
    ? [share.x, share.y, share.x + share.w, share.y + share.h].map((one, place) => (one / 100) * (place % 2 ? canvas.height : canvas.width))
    : [...stroke.points[0], ...stroke.points.at(-1)];
  if (isFilled) pen.fillRect(x, y, toX - x, toY - y);
  else pen.strokeRect(x, y, toX - x, toY - y);
}

function line(pen, { points, size }) {
  if (points.length === 1) {
    pen.beginPath();
    pen.arc(...points[0], size / 2, 0, Math.PI * 2);
    pen.fill();
    return;
  }
  pen.beginPath();
  pen.moveTo(...points[0]);
  for (const one of points.slice(1)) pen.lineTo(...one);
  pen.stroke();
}

/** What is closed by a stroke belongs to it, as with a circle around something. */
function fillClosed(pen, strokes) {
  for (const { kind, points, size } of strokes) {
    if (kind !== "brush" || points.length < 8) continue;
    const [x, y] = points[0];
    const [toX, toY] = points.at(-1);
    const length = points.slice(1).reduce((sum, one, place) => sum + Math.hypot(one[0] - points[place][0], one[1] - points[place][1]), 0);
    if (Math.hypot(toX - x, toY - y) > Math.max(size * 2, length * 0.15)) continue;
    pen.beginPath();
    pen.moveTo(x, y);
    for (const one of points) pen.lineTo(...one);
    pen.fill();
  }
}

/** As in the image API: what is transparent may change. Smooth edges become one or the other. */
function cutOut(pen, marks) {
  const seen = marks.getContext("2d").getImageData(0, 0, marks.width, marks.height);
  for (let at = 0; at < seen.data.length; at += 4) {
    const isMarkedThere = seen.data[at + 3] > 127;
    seen.data.fill(0, at, at + 3);
    seen.data[at + 3] = isMarkedThere ? 0 : 255;
  }
  pen.putImageData(seen, 0, 0);
}

const asFile = (canvas, name, type) => new Promise((done) => canvas.toBlob((blob) => done(new File([blob], name, { type })), type));

/** The picture with what was drawn on it, or a mask of the same size: transparent where it may change. */
export async function markedFile(open) {
  const canvas = document.createElement("canvas");
  const marks = document.createElement("canvas");
  canvas.width = marks.width = open.file.width;
  canvas.height = marks.height = open.file.height;
  const pen = canvas.getContext("2d");
  if (open.as === "mask") {
    paint(marks, open.strokes, "#ffffff");
    const more = marks.getContext("2d");
    more.fillStyle = "#ffffff";
    fillClosed(more, open.strokes);
    cutOut(pen, marks);
    return asFile(canvas, "mask.png", "image/png");
  }
  const picture = new Image();
  picture.src = open.file.url;
  await picture.decode();
  paint(marks, open.strokes);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  pen.drawImage(marks, 0, 0);
  return asFile(canvas, "drawn.png", "image/png");
}

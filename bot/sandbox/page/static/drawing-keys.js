// Drawing with the keyboard: a cursor on the picture, moved by the arrows, that is put down and lifted by Space.

import { changed } from "./state.js";

const STEP = 0.02; // of the longer side
const LONG_STEP = 0.1; // with Shift
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TOOLS = { b: "brush", r: "rectangle", e: "eraser" };
const NAMES = { brush: "Brush", rectangle: "Rectangle", eraser: "Eraser" };

export const HINT = "Arrows move, Shift moves further, Space puts the tool down and lifts it. B brush, R rectangle, E eraser, Z undoes.";

const cursorOf = (open) => (open.cursor ??= { x: open.file.width / 2, y: open.file.height / 2, stroke: null });

/** What a press of a key does to the drawing; nothing for keys that mean nothing here. */
export function pressed(event, open) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isUndo = key === "z" && !event.altKey;
  if (!isUndo && (event.ctrlKey || event.metaKey || event.altKey)) return;
  if (MOVES[key]) move(open, MOVES[key], event.shiftKey ? LONG_STEP : STEP);
  else if (key === " ") put(open, event.currentTarget);
  else if (isUndo) undo(open);
  else if (TOOLS[key]) choose(open, TOOLS[key]);
  else return;
  event.preventDefault();
  changed();
}

export function undo(open) {
  lift(open);
  open.said = open.strokes.pop() ? `Undone: ${open.strokes.length} left.` : "There is nothing to undo.";
}

export function choose(open, kind) {
  lift(open);
  open.tool.kind = kind;
  open.said = `${NAMES[kind]}.`;
}

/** Ends what the keyboard draws. */
export function lift(open) {
  if (open.cursor) open.cursor.stroke = null;
}

const where = (open, { x, y }) => `${Math.round((x / open.file.width) * 100)} % from the left, ${Math.round((y / open.file.height) * 100)} % from the top`;

function move(open, [dx, dy], share) {
  const { width, height } = open.file;
  const cursor = cursorOf(open);
  const step = Math.max(width, height) * share;
  cursor.x = Math.min(Math.max(cursor.x + dx * step, 0), width);
  cursor.y = Math.min(Math.max(cursor.y + dy * step, 0), height);
  cursor.stroke?.points.push([cursor.x, cursor.y]);
  open.said = `${cursor.stroke ? "Drawing, " : ""}${where(open, cursor)}.`;
}

function put(open, canvas) {
  const cursor = cursorOf(open);
  const name = NAMES[open.tool.kind];
  if (cursor.stroke) {
    cursor.stroke = null;
    open.said = `${name} lifted.`;
    return;
  }
  const scale = open.file.width / canvas.getBoundingClientRect().width;
  cursor.stroke = { ...open.tool, size: open.tool.size * scale, points: [[cursor.x, cursor.y]] };
  open.strokes.push(cursor.stroke);
  open.said = `${name} down, ${where(open, cursor)}.`;
}

/** Shows where the cursor is, while the keyboard draws. */
export function paintCursor(canvas, open) {
  if (!open.cursor || document.activeElement !== canvas) return;
  const { x, y, stroke } = open.cursor;
  const pen = canvas.getContext("2d");
  const unit = canvas.width / Math.max(canvas.getBoundingClientRect().width, 1);
  for (const [colour, width] of [["#000000", 4], ["#ffffff", 2]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width * unit;
    pen.beginPath();
    pen.arc(x, y, (stroke ? 7 : 11) * unit, 0, Math.PI * 2);
    for (const [dx, dy] of Object.values(MOVES)) {
      pen.moveTo(x + dx * 14 * unit, y + dy * 14 * unit);
      pen.lineTo(x + dx * 22 * unit, y + dy * 22 * unit);
    }
    pen.stroke();
  }
}

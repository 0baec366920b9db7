// Where each box stands: layers by dagre, or columns of time. Large pictures are laid out in a worker, which
// is this same script: then there is no document.
import dagre from "@dagrejs/dagre";

export const WIDTH = 208;
export const HEIGHT = 62;
export interface Box { key: string; width: number; height: number; date?: string }
export interface Line { from: string; to: string }
export interface Placed {
  boxes: Record<string, { x: number; y: number }>; lines: Record<string, { x: number; y: number }[]>;
  width: number; height: number; columns?: { x: number; label: string }[];
}
export interface Ask { boxes: Box[]; lines: Line[]; axis: "depth" | "time" }
const GAP = 62;
/** A line ends before the knob that opens and closes a side. */
const KNOB = 10;
const isFold = (key: string) => key.startsWith("f");

export function layout(ask: Ask): Placed {
  return ask.axis === "time" ? byTime(ask) : byDepth(ask);
}

function byDepth({ boxes, lines }: Ask): Placed {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: GAP, edgesep: 8, marginx: 16, marginy: 16, ranker: boxes.length > 150 ? "longest-path" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of boxes) graph.setNode(box.key, { width: box.width, height: box.height });
  for (const line of lines) graph.setEdge(line.from, line.to);
  dagre.layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  const placed: Placed = { boxes: {}, lines: {}, width: size.width ?? 0, height: size.height ?? 0 };
  for (const box of boxes) {
    const { x, y } = graph.node(box.key) as { x: number; y: number };
    placed.boxes[box.key] = { x, y };
  }
  for (const line of lines) {
    const edge = graph.edge(line.from, line.to) as { points: { x: number; y: number }[] };
    // From the middle of a side to the middle of a side; what dagre put between only where it had to go around.
    const around = edge.points.slice(1, -1);
    const [from, to] = [placed.boxes[line.from], placed.boxes[line.to]];
    placed.lines[`${line.from} ${line.to}`] = [
      { x: from.x + graph.node(line.from).width / 2, y: from.y }, ...(around.length > 1 ? around : []), { x: to.x - graph.node(line.to).width / 2 - (isFold(line.to) ? 0 : KNOB), y: to.y },
    ];
  }
  return placed;
}

/** Columns follow each other in time: a new one where a record was made from one of the same column. */
function byTime({ boxes, lines }: Ask): Placed {
  const order = byDepth({ boxes, lines, axis: "depth" });
  const parents = new Map<string, string[]>();
  for (const line of lines) parents.set(line.to, [...(parents.get(line.to) ?? []), line.from]);
  // Of a year alone it is not known that it was before any day of it; what has no date stands first.
  const dated = [...boxes].sort((a, b) => (a.date ? a.date.padEnd(10, "~") : "").localeCompare(b.date ? b.date.padEnd(10, "~") : "") || order.boxes[a.key].x - order.boxes[b.key].x);
  const columns: Box[][] = [];
  for (const box of dated) {
    const last = columns[columns.length - 1];
    const isNew = !last || last.length >= 9 || last.some((one) => parents.get(box.key)?.includes(one.key)) || !!last[0].date !== !!box.date;
    if (isNew) columns.push([box]);
    else last.push(box);
  }
  const placed: Placed = { boxes: {}, lines: {}, width: 0, height: 0, columns: [] };
  const step = WIDTH + GAP;
  const tallest = Math.max(...columns.map((column) => column.reduce((sum, box) => sum + box.height + 14, 0)), 0);
  columns.forEach((column, place) => {
    const x = 16 + WIDTH / 2 + place * step;
    column.sort((a, b) => order.boxes[a.key].y - order.boxes[b.key].y);
    let y = 44 + (tallest - column.reduce((sum, box) => sum + box.height + 14, 0)) / 2;
    for (const box of column) {
      placed.boxes[box.key] = { x, y: y + box.height / 2 };
      y += box.height + 14;
    }
    const dates = column.map((box) => box.date?.slice(0, 7)).filter(Boolean) as string[];
    dates.sort();
    const label = !dates.length ? "no date" : dates[0] === dates[dates.length - 1] ? dates[0] : `${dates[0]} – ${dates[dates.length - 1]}`;
    placed.columns!.push({ x, label });
  });
  const sizes = new Map(boxes.map((box) => [box.key, box]));
  for (const line of lines) {
    const [from, to] = [placed.boxes[line.from], placed.boxes[line.to]];
    const [a, b] = [from.x + sizes.get(line.from)!.width / 2, to.x - sizes.get(line.to)!.width / 2 - (isFold(line.to) ? 0 : KNOB)];
    placed.lines[`${line.from} ${line.to}`] = [{ x: a, y: from.y }, { x: b, y: to.y }];
  }
  placed.width = 32 + columns.length * step - GAP;
  placed.height = tallest + 60;
  return placed;
}

/** A calm curve through points: it leaves and arrives level. */
export function curve(points: { x: number; y: number }[]): string {
  const round = (n: number) => Math.round(n * 10) / 10;
  let path = `M${round(points[0].x)} ${round(points[0].y)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const middle = (a.x + b.x) / 2;
    path += `C${round(middle)} ${round(a.y)} ${round(middle)} ${round(b.y)} ${round(b.x)} ${round(b.y)}`;
  }
  return path;
}

let worker: Worker | null | undefined;
let asked = 0;
const waiting = new Map<number, (placed: Placed) => void>();

function working(): Worker | null {
  if (worker !== undefined) return worker;
  try {
    const own = [...document.querySelectorAll("script:not([type])")].pop()!.textContent!;
    worker = new Worker(URL.createObjectURL(new Blob([own], { type: "text/javascript" })));
    worker.onmessage = ({ data }) => {
      waiting.get(data.asked)?.(data.placed);
      waiting.delete(data.asked);
    };
    worker.onerror = () => (worker = null);
  } catch {
    worker = null;
  }
  return worker;
}

/** At once where it is small, else from a worker. */
export function place(ask: Ask, most = 150): Placed | Promise<Placed> {
  const beside = ask.boxes.length > most ? working() : null;
  if (!beside) return layout(ask);
  return new Promise((resolve) => {
    const number = ++asked;
    const give = (placed: Placed) => {
      clearTimeout(late);
      resolve(placed);
    };
    const late = setTimeout(() => {
      waiting.delete(number);
      resolve(layout(ask));
    }, 8000);
    waiting.set(number, give);
    beside.postMessage({ asked: number, ask });
  });
}

export function serve(): void {
  self.onmessage = ({ data }) => self.postMessage({ asked: data.asked, placed: layout(data.ask) });
}

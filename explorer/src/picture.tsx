// The graph as our own SVG: every box can be focused and has a name; keys walk along the steps.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { cited, core, ends, kindOf, label, licenceName, plural, terms, thousands, upstreamWord } from "./data";
import { edgesUp, shown, wayTo, write, type Drawn, type Fold, type Shown, type View } from "./graph";
import { curve, HEIGHT, place, WIDTH, type Ask, type Placed } from "./layout";
import { csvOf, jsonOf, mermaidOf, pngOf, svgOf } from "./takeaway";
import { Copy, download, go, href, More, Name, Out, still, TERMS } from "./ui";

const FOLD_HEIGHT = 34;
/** A box is no button: its name says more than is drawn in it (https://www.w3.org/TR/graphics-aria-1.0/). */
const SYMBOL = { role: "graphics-symbol" } as object;
export type Axis = "depth" | "time";
export interface Scene { boxes: Map<string, { n: number } | { fold: Fold }>; drawn: Drawn[]; ask: Ask }

export function scene(seen: Shown, axis: Axis): Scene {
  const boxes: Scene["boxes"] = new Map();
  // Folds first: dagre puts what it is told of first at the foot of its column.
  for (const fold of seen.folds) boxes.set(`f${fold.key}`, { fold });
  for (const n of seen.nodes.keys()) boxes.set(String(n), { n });
  const lines = seen.folds.map((fold) =>
    fold.side === "up" ? { from: `f${fold.key}`, to: String(fold.at) } : { from: String(fold.at), to: `f${fold.key}` },
  );
  for (const one of seen.drawn) lines.push({ from: String(one.parent), to: String(one.child) });
  const ask: Ask = {
    axis, lines,
    boxes: [...boxes].map(([key, one]) =>
      "n" in one
        ? { key, width: WIDTH, height: HEIGHT, date: core.nodes.released[one.n] }
        : { key, width: WIDTH, height: FOLD_HEIGHT, date: core.nodes.released[one.fold.them[0]] },
    ),
  };
  return { boxes, drawn: seen.drawn, ask };
}

/** The line of several steps between the same two records: the one that brings most. */
const LINES = ["training", "weights", "rows", "text", "words", "family", "influence"];
export const lineOf = (one: Drawn) =>
  one.edges.map((e) => ends(e).step[3]).sort((a, b) => LINES.indexOf(a) - LINES.indexOf(b))[0];

const pen = typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
const widths = new Map<string, string>();
/** A text as far as it fits. */
function fit(text: string, size: number, width: number, weight = 400): string {
  const key = `${size} ${width} ${weight} ${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  let shortened = text;
  if (pen) {
    pen.font = `${weight} ${size}px system-ui, sans-serif`;
    const wide = (one: string) => pen.measureText(one).width;
    const whole = wide(text);
    if (whole > width) {
      // About as many letters as there is room for, then as few steps as it takes.
      shortened = text.slice(0, Math.max(4, Math.floor((text.length * width) / whole)));
      while (shortened.length > 4 && wide(`${shortened}…`) > width) shortened = shortened.slice(0, -1);
    }
  } else shortened = text.slice(0, Math.floor((width / size) * 1.9));
  const found = shortened === text ? text : `${shortened.trimEnd()}…`;
  widths.set(key, found);
  return found;
}

function shape(n: number): string {
  const [w, h] = [WIDTH / 2, HEIGHT / 2];
  if (core.nodes.kind[n] === "benchmark") {
    const c = 12;
    return `M${-w + c} ${-h}H${w - c}L${w} ${-h + c}V${h - c}L${w - c} ${h}H${-w + c}L${-w} ${h - c}V${-h + c}Z`;
  }
  const r = core.nodes.model[n] ? h : 7;
  return `M${-w + r} ${-h}H${w - r}A${r} ${r} 0 0 1 ${w} ${-h + r}V${h - r}A${r} ${r} 0 0 1 ${w - r} ${h}H${-w + r}A${r} ${r} 0 0 1 ${-w} ${h - r}V${-h + r}A${r} ${r} 0 0 1 ${-w + r} ${-h}Z`;
}

function said(n: number): string {
  const { above, below } = core.nodes;
  const parts = [
    label(n), kindOf(n), core.nodes.size[n], licenceName(n), upstreamWord(n),
    `${plural(new Set(edgesUp(n, -1).map((e) => ends(e).parent)).size, "direct parent")}, ${plural(above[n], "ancestor")}, ${plural(below[n], "descendant")}`,
  ];
  return parts.filter(Boolean).join(", ");
}

type Hands = { current: { pick: (key: string) => void; toggle: (n: number, side: "up" | "down") => void; over: (key: string | null) => void } };

const Box = still(function Box({ n, x, y, root, lit, dim, focused, openUp, openDown, moreUp, moreDown, knobs, hands }: {
  n: number; x: number; y: number; root: boolean; lit: boolean; dim: boolean; focused: boolean;
  openUp: boolean; openDown: boolean; moreUp: number; moreDown: number; knobs: boolean; hands: Hands;
}) {
  const left = -WIDTH / 2 + 20;
  const room = WIDTH - 40;
  const direct = openUp ? 1 : moreUp;
  const parents = new Set(edgesUp(n, -1).map((e) => ends(e).parent)).size;
  const counts = core.nodes.above[n] ? `↑ ${thousands(parents)} · ${thousands(core.nodes.above[n])}` : "";
  const outline = shape(n);
  const state = core.nodes.upstream[n];
  const name = said(n);
  const key = String(n);
  return (
    <g class={`pic-node t-${terms(n)} u-${state}${root ? " is-root" : ""}${lit ? " is-lit" : ""}${dim ? " is-dim" : ""}`} transform={`translate(${x} ${y})`} onMouseEnter={() => hands.current.over(key)} onMouseLeave={() => hands.current.over(null)}>
      <g class="pic-box" data-n={n} {...SYMBOL} aria-roledescription="record" tabindex={focused ? 0 : -1} aria-label={name} onClick={() => hands.current.pick(key)} onDblClick={() => go(href(n))} onFocus={() => hands.current.pick(key)}>
        {core.nodes.kind[n] === "family" && <path class="pic-behind" d={outline} transform="translate(4 4)" />}
        <path class="pic-shape" d={outline} />
        <circle class="pic-terms" cx={left + 4} cy={HEIGHT / 2 - 14} r="4" />
        <text class="pic-name" x={left} y="-11">{fit(label(n), 13, room, 600)}</text>
        <text class="pic-text" x={left} y="5">{fit([kindOf(n), core.nodes.size[n]].filter(Boolean).join(" · "), 11, room)}</text>
        <text class="pic-text" x={left + 13} y="21">{fit([licenceName(n), upstreamWord(n)].filter(Boolean).join(" · "), 11, room - 18 - counts.length * 6)}</text>
        {counts && <text class="pic-text pic-counts" x={WIDTH / 2 - 20} y="21" text-anchor="end">{counts}</text>}
        <title>{name}</title>
      </g>
      {knobs && direct > 0 && <Handle x={-WIDTH / 2} count={moreUp} open={openUp} onClick={() => hands.current.toggle(n, "up")} what="parents" />}
      {knobs && (openDown || moreDown > 0) && <Handle x={WIDTH / 2} count={moreDown} open={openDown} onClick={() => hands.current.toggle(n, "down")} what="children" />}
    </g>
  );
});

const Step = still(function Step({ one, path, lit, dim }: { one: Drawn; path: string; lit: boolean; dim: boolean }) {
  const line = lineOf(one);
  return (
    <g class={`pic-line l-${line}${lit ? " is-lit" : ""}${dim ? " is-dim" : ""}`}>
      <path d={path} marker-end="url(#arrow)" />
      {line === "weights" && <path class="pic-core" d={path} />}
      <title>{one.edges.map((e) => `${label(one.child)} ${ends(e).step[1]} ${label(one.parent)}`).join("\n")}</title>
    </g>
  );
});

function Handle({ x, count, open, onClick, what }: { x: number; count: number; open: boolean; onClick: () => void; what: string }) {
  const text = open ? "–" : `+${count}`;
  const wide = Math.max(18, 8 + text.length * 7);
  return (
    <g class={`pic-handle${open ? " is-open" : ""}`} transform={`translate(${x} 0)`} onClick={onClick} aria-hidden="true">
      <rect class="pic-reach" x={-wide / 2 - 5} y="-15" width={wide + 10} height="30" />
      <rect class="pic-knob" x={-wide / 2} y="-9" width={wide} height="18" rx="9" />
      <text y="4" text-anchor="middle">{text}</text>
      <title>{open ? `Hide its ${what}` : `Show its ${count} ${what}`}</title>
    </g>
  );
}

export function Picture({ view, axis, onView, onAxis, only, steps }: {
  view: View; axis: Axis; onView: (view: View) => void; onAxis: (axis: Axis) => void; only?: { seen: Shown; title: string }; steps?: boolean;
}) {
  const seen = useMemo(() => only?.seen ?? shown(view), [view, only?.seen]);
  const made = useMemo(() => scene(seen, axis), [seen, axis]);
  const [laid, setLaid] = useState<{ made: Scene; placed: Placed }>();
  const [focus, setFocus] = useState<string>(String(view.root));
  const [hover, setHover] = useState<string | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const [shift, setShift] = useState({ x: 0, y: 0, k: 1 });
  const anchor = useRef<{ key: string; x: number; y: number } | null>(null);
  const rootOf = useRef<number>(-1);
  const keep = useRef(false);

  useLayoutEffect(() => {
    let current = true;
    const placed = place(made.ask);
    if (placed instanceof Promise) placed.then((done) => current && setLaid({ made, placed: done }));
    else setLaid({ made, placed });
    return () => {
      current = false;
    };
  }, [made]);

  useLayoutEffect(() => {
    if (!laid) return;
    if (rootOf.current !== view.root || !anchor.current) {
      rootOf.current = view.root;
      setFocus(String(view.root));
      setShift(fitted(laid.placed, svg.current, String(view.root)));
    } else {
      const at = laid.placed.boxes[anchor.current.key];
      const { x, y } = anchor.current;
      if (at) setShift((now) => ({ ...now, x: x - at.x * now.k, y: y - at.y * now.k }));
      else setShift(fitted(laid.placed, svg.current, String(view.root)));
    }
    anchor.current = null;
    if (keep.current) {
      keep.current = false;
      queueMicrotask(() => refocus(svg.current, focus));
    }
  }, [laid]);

  const stay = (key: string) => {
    const at = laid?.placed.boxes[key];
    if (at) anchor.current = { key, x: at.x * shift.k + shift.x, y: at.y * shift.k + shift.y };
  };
  const toggle = (n: number, side: "up" | "down") => {
    const one = seen.nodes.get(n);
    if (!one || only) return;
    stay(String(n));
    setFocus(String(n));
    const [plus, minus] = side === "up" ? (["plusUp", "minusUp"] as const) : (["plusDown", "minusDown"] as const);
    const isOpen = side === "up" ? one.openUp : one.openDown;
    const next = { ...view, [plus]: new Set(view[plus]), [minus]: new Set(view[minus]) };
    if (isOpen) {
      next[plus].delete(n);
      next[minus].add(n);
    } else {
      next[minus].delete(n);
      next[plus].add(n);
    }
    onView(next);
  };
  const unfold = (fold: Fold) => {
    stay(String(fold.at));
    setFocus(String(fold.them[0]));
    keep.current = document.activeElement?.closest("svg") === svg.current;
    onView({ ...view, open: new Set([...view.open, fold.key]) });
  };
  const hands: Hands = useRef({ pick: setFocus, toggle, over: setHover });
  hands.current = { pick: setFocus, toggle, over: setHover };
  const lit = useMemo(() => {
    const key = hover ?? focus;
    if (!key || key.startsWith("f") || key === String(view.root)) return { nodes: new Set<number>(), lines: new Set<Drawn>(), way: [] as Drawn[] };
    const way = wayTo(Number(key), view.root, seen.drawn);
    return { nodes: new Set(way.flatMap((one) => [one.child, one.parent])), lines: new Set(way), way };
  }, [hover, focus, seen]);

  const onKey = (event: KeyboardEvent) => {
    const one = made.boxes.get(focus);
    if (event.altKey || event.metaKey || event.ctrlKey || !laid) return;
    const move = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "above", ArrowDown: "below" }[event.key];
    if (move) {
      const next = neighbour(move, focus, made, laid.placed);
      if (next) {
        setFocus(next);
        setShift((now) => intoSight(now, laid.placed.boxes[next], svg.current));
        refocus(svg.current, next);
      }
    } else if (event.key === "Enter" && one) {
      if ("n" in one) go(href(one.n));
      else unfold(one.fold);
    } else if (event.key === "Escape") {
      if (focus === String(view.root)) history.back();
      else {
        setFocus(String(view.root));
        setShift((now) => intoSight(now, laid.placed.boxes[view.root], svg.current));
        refocus(svg.current, String(view.root));
      }
    } else if ((event.key === "[" || event.key === "]") && one && "n" in one) {
      keep.current = true;
      toggle(one.n, event.key === "[" ? "up" : "down");
    } else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") setShift(fitted(laid.placed, svg.current, String(view.root), true));
    else return;
    event.preventDefault();
  };
  const zoom = (by: number, x?: number, y?: number) => {
    const box = svg.current!.getBoundingClientRect();
    const [cx, cy] = [x ?? box.width / 2, y ?? box.height / 2];
    setShift((now) => {
      const k = Math.min(2.5, Math.max(0.08, now.k * by));
      return { k, x: cx - ((cx - now.x) * k) / now.k, y: cy - ((cy - now.y) * k) / now.k };
    });
  };
  usePanning(svg, setShift, zoom);

  const picked = made.boxes.get(focus);
  const placed = laid?.made === made ? laid.placed : laid?.placed;
  const boxes = laid?.made.boxes ?? made.boxes;
  const drawn = laid?.made.drawn ?? [];
  const dimming = lit.way.length > 0;
  const name = core.nodes.id[view.root];
  return (
    <section class="picture" aria-label="Picture">
      {!only && <Bar view={view} seen={seen} axis={axis} onView={onView} onAxis={onAxis} />}
      <div class="frame">
        <svg ref={svg} class="pic" role="group" aria-label={`${only?.title ?? `Lineage of ${label(view.root)}`}: ${plural(seen.nodes.size, "record")}. Arrow keys walk along the steps, Enter opens, brackets show parents and children.`} onKeyDown={onKey} onMouseLeave={() => setHover(null)}>
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX={only ? "-1.2" : "7.5"} refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="pic-arrow" d="M0 .8 7 4 0 7.2Z" /></marker>
          </defs>
          {placed && (
            <g class="pic-all" transform={`translate(${shift.x} ${shift.y}) scale(${shift.k})`}>
              {placed.columns?.map((column) => <text class="pic-column" x={column.x} y="20" text-anchor="middle">{column.label}</text>)}
              {drawn.map((one) => {
                const key = `${one.parent} ${one.child}`;
                const points = placed.lines[key];
                const isLit = lit.lines.has(one);
                return points ? <Step key={key} one={one} path={curve(points)} lit={isLit} dim={dimming && !isLit} /> : null;
              })}
              {[...boxes].map(([key, one]) => {
                const at = placed.boxes[key];
                if (!at) return null;
                if ("fold" in one) {
                  const { fold } = one;
                  const ends = fold.side === "up" ? placed.lines[`${key} ${fold.at}`] : placed.lines[`${fold.at} ${key}`];
                  const text = `${thousands(fold.them.length)} more of ${label(fold.at)}`;
                  return (
                    <g key={key} class={`pic-fold${dimming ? " is-dim" : ""}`}>
                      {ends && <path class="pic-foldline" d={curve(ends)} />}
                      <g class="pic-box" data-n={key} role="button" tabindex={focus === key ? 0 : -1} transform={`translate(${at.x} ${at.y})`} onClick={() => unfold(fold)} onFocus={() => setFocus(key)}>
                        <rect x={-WIDTH / 2} y={-FOLD_HEIGHT / 2} width={WIDTH} height={FOLD_HEIGHT} rx="6" />
                        <text text-anchor="middle" y="4">{fit(text, 12, WIDTH - 20)}</text>
                      </g>
                    </g>
                  );
                }
                const more = seen.nodes.get(one.n);
                return more ? (
                  <Box key={key} n={one.n} x={at.x} y={at.y} root={one.n === view.root} lit={lit.nodes.has(one.n)} dim={dimming && !lit.nodes.has(one.n)} focused={focus === key} openUp={more.openUp} openDown={more.openDown} moreUp={more.moreUp} moreDown={more.moreDown} knobs={!only} hands={hands} />
                ) : null;
              })}
            </g>
          )}
        </svg>
        <div class="zoom" role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom in" onClick={() => zoom(1.25)}>+</button>
          <button type="button" aria-label="Zoom out" onClick={() => zoom(0.8)}>–</button>
          <button type="button" aria-label="Fit the whole picture" onClick={() => placed && setShift(fitted(placed, svg.current, String(view.root), true))}>⤢</button>
        </div>
      </div>
      {seen.cut > 0 && <p class="faint small">{plural(seen.cut, "step")} more lead to records that are not drawn: a picture of more than 400 is read by nobody. The lists have them.</p>}
      <div class="picked" aria-live="polite">
        {picked && "n" in picked && <Picked n={picked.n} root={view.root} way={lit.way.length && hover === null ? lit.way : wayTo(picked.n, view.root, seen.drawn)} state={seen.nodes.get(picked.n)} onToggle={only ? undefined : (side) => toggle(picked.n, side)} />}
        {picked && "fold" in picked && <button type="button" class="plain" onClick={() => unfold(picked.fold)}>Show {plural(picked.fold.them.length, "more record")} of {label(picked.fold.at)}</button>}
      </div>
      <div class="takeaway">
        {!steps && <Copy text={() => new URL(write(view, { axis: axis === "time" ? "time" : "" }), location.href).href}>Copy the address of this view</Copy>}
        <span class="faint">Take away</span>
        <button type="button" class="plain" onClick={() => download(`${name}.svg`, svgOf(svg.current!), "image/svg+xml")}>SVG</button>
        <button type="button" class="plain" onClick={async () => download(`${name}.png`, await pngOf(svg.current!))}>PNG</button>
        <button type="button" class="plain" onClick={async () => download(`${name}.csv`, await csvOf(seen), "text/csv")}>CSV</button>
        <button type="button" class="plain" onClick={async () => download(`${name}.json`, await jsonOf(view.root, seen), "application/json")}>JSON</button>
        <button type="button" class="plain" onClick={() => download(`${name}.mmd`, mermaidOf(seen))}>Mermaid</button>
      </div>
      <Legend />
    </section>
  );
}

function Bar({ view, seen, axis, onView, onAxis }: { view: View; seen: Shown; axis: Axis; onView: (view: View) => void; onAxis: (axis: Axis) => void }) {
  const fresh = { plusUp: new Set<number>(), plusDown: new Set<number>(), minusUp: new Set<number>(), minusDown: new Set<number>() };
  const is = (up: number, down: number) => view.up === up && view.down === down && ![view.plusUp, view.plusDown, view.minusUp, view.minusDown].some((one) => one.size);
  const choice = (text: string, up: number, down: number, title: string) => (
    <button type="button" class="chip" aria-pressed={is(up, down)} title={title} onClick={() => onView({ ...view, ...fresh, up, down })}>{text}</button>
  );
  return (
    <div class="bar">
      <div role="group" aria-label="How much is shown">
        {choice("One step", 1, 1, "Its parents and its children")}
        {choice("Up only", 1, 0, "What it was made from")}
        {choice("Down only", 0, 1, "What was made from it")}
        {choice("All parents", Infinity, 0, "Everything it comes from")}
      </div>
      <div role="group" aria-label="From left to right">
        <button type="button" class="chip" aria-pressed={axis === "depth"} onClick={() => onAxis("depth")}>by depth</button>
        <button type="button" class="chip" aria-pressed={axis === "time"} onClick={() => onAxis("time")}>by time</button>
      </div>
      <span class="faint small" role="status">{plural(seen.nodes.size, "record")} drawn{seen.folds.length ? `, ${thousands(seen.folds.reduce((sum, fold) => sum + fold.them.length, 0))} folded` : ""}</span>
    </div>
  );
}

function Picked({ n, root, way, state, onToggle }: { n: number; root: number; way: Drawn[]; state?: { openUp: boolean; openDown: boolean; moreUp: number; moreDown: number }; onToggle?: (side: "up" | "down") => void }) {
  return (
    <>
      <p>
        <Name n={n} kind /> <span class="faint">{[core.nodes.size[n], licenceName(n), upstreamWord(n)].filter(Boolean).map((one) => `· ${one} `)}· {plural(core.nodes.above[n], "ancestor")}, {plural(core.nodes.below[n], "descendant")}</span>
      </p>
      {onToggle && state && (
        <p class="actions">
          {(state.openUp || state.moreUp > 0) && <button type="button" class="plain" onClick={() => onToggle("up")}>{state.openUp ? "Hide parents" : `Show ${plural(state.moreUp, "parent")}`}</button>}
          {(state.openDown || state.moreDown > 0) && <button type="button" class="plain" onClick={() => onToggle("down")}>{state.openDown ? "Hide children" : state.moreDown === 1 ? "Show 1 child" : `Show ${thousands(state.moreDown)} children`}</button>}
          {n !== root && <a href={`#/why/${encodeURIComponent(core.nodes.id[root])}/${encodeURIComponent(core.nodes.id[n])}`}>Every way to {label(root)}</a>}
        </p>
      )}
      {n !== root && way.length > 0 && <Lit way={way} />}
    </>
  );
}

function Lit({ way }: { way: Drawn[] }) {
  const key = way.map((one) => one.edges.join(".")).join(" ");
  const [found, set] = useState<Record<number, Awaited<ReturnType<typeof cited>>>>({});
  useEffect(() => {
    let current = true;
    Promise.all(way.flatMap((one) => one.edges).map(async (e) => [e, await cited(e)] as const)).then(
      (them) => current && set(Object.fromEntries(them)),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [key]);
  return (
    <ul class="lit">
      {way.flatMap((one) => one.edges).map((e) => {
        const { child, parent, step } = ends(e);
        const one = found[e];
        return (
          <li key={e}>
            {label(child)} <span class="step">{step[1]}</span> {label(parent)}
            {one?.step.rows && <span class="faint">, {one.step.rows} rows</span>}
            {one && <span class="cite"> · <Out url={one.url}>{one.title}</Out>{one.step.locator ? `, ${one.step.locator}` : ""}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function Legend() {
  const line = (name: string, text: string) => (
    <li key={name}><svg class="pic swatch" width="34" height="12" aria-hidden="true"><g class={`pic-line l-${name}`}><path d="M1 6H33" />{name === "weights" && <path class="pic-core" d="M1 6H33" />}</g></svg>{text}</li>
  );
  const box = (path: string, text: string, state = "complete") => (
    <li key={text}><svg class="pic swatch" width="34" height="18" viewBox="0 0 34 18" aria-hidden="true"><g class={`pic-node u-${state}`}>{text === "family" && <path class="pic-behind" d={path} transform="translate(2 2)" />}<path class="pic-shape" d={path} /></g></svg>{text}</li>
  );
  const rect = "M4 2H30A2 2 0 0 1 32 4V14A2 2 0 0 1 30 16H4A2 2 0 0 1 2 14V4A2 2 0 0 1 4 2Z";
  return (
    <More class="legend" summary="Legend" open={matchMedia("(min-width: 75rem)").matches}>
      {() => (
        <div class="keys">
          <ul aria-label="Kinds, by shape">
            {box(rect, "dataset")}
            {box("M9 2H25A7 7 0 0 1 25 16H9A7 7 0 0 1 9 2Z", "model")}
            {box("M6 2H28L32 6V12L28 16H6L2 12V6Z", "benchmark")}
            {box("M3 1H27A1 1 0 0 1 28 2V12A1 1 0 0 1 27 13H3A1 1 0 0 1 2 12V2A1 1 0 0 1 3 1Z", "family")}
            {box(rect, "partly disclosed", "partial")}
            {box(rect, "undisclosed", "undisclosed")}
            {box(rect, "not read yet", "unread")}
          </ul>
          <ul aria-label="Steps, by line">
            {line("rows", "rows taken over")}
            {line("text", "prompts or text, changed")}
            {line("words", "written or judged by a model")}
            {line("influence", "seed or filter: an influence")}
            {line("training", "trained on")}
            {line("weights", "weights taken over")}
            {line("family", "version of a family")}
          </ul>
          <ul aria-label="Own licence, by colour">
            {Object.entries(TERMS).map(([name, text]) => <li key={name}><i class={`dot t-${name}`} aria-hidden="true" />{text}</li>)}
          </ul>
          <p class="faint small">Made from left to right. ↑ direct parents · all ancestors. In the picture: arrow keys walk along the steps, Enter opens a record, [ and ] show or hide parents and children, + – 0 zoom, Escape goes back.</p>
        </div>
      )}
    </More>
  );
}

function fitted(placed: Placed, svg: SVGSVGElement | null, root: string, whole = false): { x: number; y: number; k: number } {
  const box = svg?.getBoundingClientRect() ?? { width: 800, height: 560 };
  const all = Math.min(1.1, (box.width - 24) / placed.width, (box.height - 24) / placed.height);
  const at = placed.boxes[root];
  // Where all of it would be too small to read, the record that was asked for stands in the middle.
  if (whole || all >= 0.5 || !at) return { k: all, x: (box.width - placed.width * all) / 2, y: (box.height - placed.height * all) / 2 };
  const k = box.width < 500 ? 0.78 : 0.62;
  // As far to the right as there is little beyond it, and the other way round.
  const half = (WIDTH / 2) * k + 26;
  const beside = (placed.width - at.x) * k;
  const x = at.x * k < box.width / 2 ? Math.max(half, at.x * k) : beside < box.width / 2 ? box.width - Math.max(half, beside) : box.width / 2;
  return { k, x: x - at.x * k, y: box.height / 2 - at.y * k };
}

function intoSight(now: { x: number; y: number; k: number }, at: { x: number; y: number } | undefined, svg: SVGSVGElement | null) {
  if (!at || !svg) return now;
  const box = svg.getBoundingClientRect();
  const [left, top] = [at.x * now.k + now.x, at.y * now.k + now.y];
  const [w, h] = [(WIDTH / 2) * now.k + 12, (HEIGHT / 2) * now.k + 12];
  const into = (place: number, half: number, size: number) => Math.max(half - place, 0) + Math.min(size - half - place, 0);
  return { ...now, x: now.x + into(left, w, box.width), y: now.y + into(top, h, box.height) };
}

function refocus(svg: SVGSVGElement | null, key: string): void {
  requestAnimationFrame(() => (svg?.querySelector(`[data-n="${CSS.escape(key)}"]`) as SVGElement | null)?.focus({ preventScroll: true }));
}

/** Left and right go along a step, the straightest; up and down to what stands above or below. */
function neighbour(move: string, from: string, made: Scene, placed: Placed): string | null {
  const at = placed.boxes[from];
  if (!at) return null;
  const along = made.ask.lines.flatMap((line) => (move === "left" && line.to === from ? [line.from] : move === "right" && line.from === from ? [line.to] : []));
  const beside = Object.keys(placed.boxes).filter((key) => {
    const box = placed.boxes[key];
    return key !== from && (move === "above" ? box.y < at.y - 1 : move === "below" ? box.y > at.y + 1 : false) && Math.abs(box.x - at.x) < WIDTH;
  });
  const near = (key: string) => Math.abs(placed.boxes[key].y - at.y) + (move === "above" || move === "below" ? Math.abs(placed.boxes[key].x - at.x) * 2 : 0);
  return [...along, ...beside].filter((key) => placed.boxes[key]).sort((a, b) => near(a) - near(b))[0] ?? null;
}

function usePanning(svg: { current: SVGSVGElement | null }, setShift: (change: (now: { x: number; y: number; k: number }) => { x: number; y: number; k: number }) => void, zoom: (by: number, x?: number, y?: number) => void) {
  useEffect(() => {
    const one = svg.current!;
    const pointers = new Map<number, { x: number; y: number }>();
    let apart = 0;
    const wheel = (event: WheelEvent) => {
      const box = one.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 240), event.clientX - box.left, event.clientY - box.top);
      else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) setShift((now) => ({ ...now, x: now.x - event.deltaX }));
      else return; // the page scrolls
      event.preventDefault();
    };
    const press = (event: PointerEvent) => {
      if ((event.target as Element).closest(".pic-box, .pic-handle") && event.pointerType === "mouse") return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    };
    const drag = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (pointers.size === 2) {
        const [a, b] = [...pointers.values()];
        const box = one.getBoundingClientRect();
        const now = Math.hypot(a.x - b.x, a.y - b.y);
        if (apart) zoom(now / apart, (a.x + b.x) / 2 - box.left, (a.y + b.y) / 2 - box.top);
        apart = now;
      } else setShift((now) => ({ ...now, x: now.x + event.clientX - before.x, y: now.y + event.clientY - before.y }));
    };
    const release = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      apart = 0;
    };
    one.addEventListener("wheel", wheel, { passive: false });
    one.addEventListener("pointerdown", press);
    addEventListener("pointermove", drag);
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    return () => {
      one.removeEventListener("wheel", wheel);
      one.removeEventListener("pointerdown", press);
      removeEventListener("pointermove", drag);
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
    };
  }, []);
}

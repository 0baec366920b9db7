// When what was released, and what one of it drew on.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { core, count, down, kindOf, label, plural, thousands, up } from "./data";
import { reach } from "./graph";
import { Some } from "./record";
import { go, Name, Terms, Kicker } from "./ui";

const PITCH = 5;
const WIDE = 3;
const COLUMN = WIDE * PITCH + 12;

interface Place { x: number; y: number }
interface Plot { at: (Place | undefined)[]; width: number; height: number; years: { year: string; x: number; width: number; many: number }[]; columns: Map<number, number[]> }

function plot(): Plot {
  const perYear = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const year = core.nodes.released[n].slice(0, 4);
    if (year) perYear.set(year, (perYear.get(year) ?? 0) + 1);
  }
  const all = [...perYear.keys()].sort();
  // Years of few records stand as one column each; from where the field grows, a column a month.
  const columns = new Map<string, number[]>();
  const busy = (year: string) => perYear.get(year)! >= 40;
  for (let n = 0; n < count; n++) {
    const date = core.nodes.released[n];
    const year = date.slice(0, 4);
    if (!year) continue;
    const key = busy(year) ? `${year}-${date.slice(5, 7) || "00"}` : year;
    columns.set(key, [...(columns.get(key) ?? []), n]);
  }
  const at: Plot["at"] = Array(count);
  const years: Plot["years"] = [];
  const byColumn = new Map<number, number[]>();
  let x = 8;
  let tallest = 0;
  for (const year of all) {
    const from = x;
    const keys = busy(year) ? [...columns.keys()].filter((key) => key.startsWith(year)).sort() : [year];
    for (const key of keys) {
      const them = columns.get(key)!;
      them.sort((a, b) => core.nodes.model[a] - core.nodes.model[b] || core.nodes.below[b] - core.nodes.below[a]);
      const wide = Math.max(WIDE, Math.ceil(them.length / 60));
      them.forEach((n, place) => (at[n] = { x: x + (place % wide) * PITCH + PITCH / 2, y: -(Math.floor(place / wide) * PITCH + PITCH / 2) }));
      tallest = Math.max(tallest, Math.ceil(them.length / wide) * PITCH);
      byColumn.set(x, them);
      x += busy(year) ? wide * PITCH + 3 : COLUMN;
    }
    years.push({ year, x: from, width: x - from, many: perYear.get(year)! });
    x += 6;
  }
  return { at, width: x + 8, height: tallest, years, columns: byColumn };
}

const dots = (them: Iterable<number>, at: Plot["at"]) => {
  let path = "";
  for (const n of them) if (at[n]) path += `M${at[n]!.x} ${at[n]!.y}h.01`;
  return path;
};

export function Years({ picked, year }: { picked?: number; year?: string }) {
  const made = useMemo(plot, []);
  const [over, setOver] = useState<number | null>(null);
  const sets = useMemo(() => {
    const [datasets, models]: number[][] = [[], []];
    for (let n = 0; n < count; n++) (core.nodes.model[n] ? models : datasets).push(n);
    return { datasets, models };
  }, []);
  const plotted = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const at = picked === undefined ? undefined : made.at[picked];
    if (plotted.current) plotted.current.scrollLeft = at ? at.x - plotted.current.clientWidth / 2 : made.width;
  }, [picked]);
  const above = useMemo(() => (picked === undefined ? null : reach(picked, "up")), [picked]);
  const top = made.height + 26;
  const find = (event: MouseEvent): number | null => {
    const svg = event.currentTarget as SVGSVGElement;
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
    let best: number | null = null;
    let near = 9;
    made.at.forEach((place, n) => {
      const apart = place ? Math.hypot(place.x - point.x, place.y + top - point.y) : 99;
      if (apart < near) [near, best] = [apart, n];
    });
    return best;
  };
  const arcs = picked === undefined || !made.at[picked] ? [] : [...new Set(up[picked].map((e) => core.edges.parent[e]))].flatMap((n) => (made.at[n] ? [arc(made.at[n]!, made.at[picked]!)] : []));
  const shown = over ?? picked ?? null;
  return (
    <article class="record widest">
      <Kicker>Timeline</Kicker>
      <h1 tabIndex={-1}>When each was released</h1>
      <p class="lead">A dot is a dataset or a model. Pick one to see all that it drew on; pick a year to list what it brought.</p>
      <div ref={plotted} class="scroll plot" tabIndex={0} role="region" aria-label="Timeline, which scrolls sideways">
        <svg class="years" width={made.width} height={top + 24} viewBox={`0 0 ${made.width} ${top + 24}`} role="group" aria-label={`${thousands(count)} records by date of release; the list below has the same.`} onMouseMove={(event) => setOver(find(event))} onMouseLeave={() => setOver(null)} onClick={(event) => { const n = find(event); if (n !== null) go(`#/years?r=${encodeURIComponent(core.nodes.id[n])}`); }}>
          <g transform={`translate(0 ${top})`}>
            {made.years.map((one) => (
              <g key={one.year} role="button" tabindex={0} aria-label={`${one.year}: ${plural(one.many, "record")}`} aria-pressed={year === one.year} class="year" onClick={(event) => { event.stopPropagation(); go(`#/years?y=${one.year}`); }} onKeyDown={(event) => event.key === "Enter" && go(`#/years?y=${one.year}`)}>
                <line x1={one.x} x2={one.x + one.width - 4} y1="3" y2="3" />
                <text x={one.x} y="18">{one.year}</text>
              </g>
            ))}
            <path class={`dots datasets${above ? " faded" : ""}`} d={dots(sets.datasets, made.at)} />
            <path class={`dots models${above ? " faded" : ""}`} d={dots(sets.models, made.at)} />
            {above && <path class="dots drawn" d={dots(above, made.at)} />}
            {arcs.map((d) => <path class="arc" d={d} />)}
            {picked !== undefined && made.at[picked] && <circle class="picked-dot" cx={made.at[picked]!.x} cy={made.at[picked]!.y} r="4.5" />}
            {over !== null && made.at[over] && <circle class="over" cx={made.at[over]!.x} cy={made.at[over]!.y} r="5" />}
          </g>
        </svg>
      </div>
      <p class="faint small plotkey"><span><i class="dot k-dataset" aria-hidden="true" />datasets</span><span><i class="dot k-model" aria-hidden="true" />models</span>{above && <span><i class="dot k-drawn" aria-hidden="true" />what the picked one drew on</span>} <span>{shown === null ? "Where only the year is known, a dot stands before January." : `${label(shown)}, ${kindOf(shown)}, ${core.nodes.released[shown]}`}</span></p>
      {picked !== undefined && above && <Drew n={picked} above={above} />}
      {picked === undefined && <Brought year={year ?? (made.years.findLast((one) => one.many >= 100) ?? made.years[made.years.length - 1])?.year} />}
    </article>
  );
}

function arc(from: Place, to: Place): string {
  const lift = Math.min(90, 18 + Math.abs(to.x - from.x) / 5);
  return `M${from.x} ${from.y}Q${(from.x + to.x) / 2} ${Math.min(from.y, to.y) - lift} ${to.x} ${to.y}`;
}

function Drew({ n, above }: { n: number; above: Set<number> }) {
  const direct = new Set(up[n].map((e) => core.edges.parent[e]));
  const them = [...above].sort((a, b) => core.nodes.released[b].localeCompare(core.nodes.released[a]) || a - b);
  return (
    <section>
      <h2><Name n={n} /> drew on {plural(above.size, "record")}</h2>
      <p class="faint">{core.nodes.released[n] || "no date"}; {direct.size} of them directly, in bold; the latest first.</p>
      <Some them={them} most={60} class="dated">
        {(each) => <li key={each} class={direct.has(each) ? "direct" : ""}><time>{core.nodes.released[each] || "–"}</time> <Name n={each} kind /> <Terms n={each} /></li>}
      </Some>
    </section>
  );
}

function Brought({ year }: { year?: string }) {
  const them: number[] = [];
  for (let n = 0; n < count; n++) if (core.nodes.released[n].slice(0, 4) === year) them.push(n);
  them.sort((a, b) => core.nodes.below[b] - core.nodes.below[a] || a - b);
  return (
    <section>
      <h2>{year} <span class="count">{plural(them.length, "record")}</span></h2>
      <p class="faint">What most descends from comes first.</p>
      <Some them={them} most={40} class="dated">
        {(n) => <li key={n}><time>{core.nodes.released[n]}</time> <Name n={n} kind /> <span class="faint small">{plural(core.nodes.below[n], "descendant")}, {thousands(new Set(down[n].map((e) => core.edges.child[e])).size)} direct</span> <a class="small" href={`#/years?r=${encodeURIComponent(core.nodes.id[n])}`}>drew on {thousands(core.nodes.above[n])}<span class="hidden"> records: {label(n)}</span></a></li>}
      </Some>
    </section>
  );
}

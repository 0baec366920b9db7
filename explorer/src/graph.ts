// What of the graph is shown: from one record outwards, opened and closed by hand, leaves folded.
import { byId, core, count, down, ends, memberEdge, up, versions } from "./data";

export interface View {
  root: number;
  up: number;
  down: number;
  /** Opened and closed by hand, upwards and downwards. */
  plusUp: Set<number>; plusDown: Set<number>; minusUp: Set<number>; minusDown: Set<number>;
  /** Folds that were opened. */
  open: Set<string>;
}
export interface Drawn { child: number; parent: number; edges: number[] }
export interface Fold { key: string; at: number; side: "up" | "down"; them: number[] }
export interface Shown {
  nodes: Map<number, { depth: number; side: "up" | "down" | "root"; openUp: boolean; openDown: boolean; moreUp: number; moreDown: number }>;
  drawn: Drawn[]; folds: Fold[]; cut: number;
}

/** Leaves of one record beyond so many are folded to one. */
const FEW = 7;
const UNFOLDED = 5;
/** So many of them unfold at a click. */
const MORE = 60;
/** What nobody could read as a picture; the lists have it all. */
export const MOST = 420;

export const start = (root: number): View => ({
  root, up: 1, down: 1, plusUp: new Set(), plusDown: new Set(), minusUp: new Set(), minusDown: new Set(), open: new Set(),
});

export function edgesUp(n: number, root: number): number[] {
  const members = n === root && versions.has(n) ? versions.get(n)!.map(memberEdge) : [];
  return members.length ? [...up[n], ...members] : up[n];
}

export function shown(view: View): Shown {
  const nodes: Shown["nodes"] = new Map();
  const pairs = new Map<number, Drawn>();
  const queue: number[] = [view.root];
  const upDepth = new Map([[view.root, 0]]);
  const downDepth = new Map([[view.root, 0]]);
  const depth = new Map([[view.root, 0]]);
  const side = new Map<number, "up" | "down" | "root">([[view.root, "root"]]);
  let cut = 0;
  for (let at = 0; at < queue.length; at++) {
    const n = queue[at];
    const isUp = ((upDepth.get(n) ?? Infinity) < view.up || view.plusUp.has(n)) && !view.minusUp.has(n);
    const isDown = ((downDepth.get(n) ?? Infinity) < view.down || view.plusDown.has(n)) && !view.minusDown.has(n);
    const above = edgesUp(n, view.root);
    const below = down[n];
    nodes.set(n, { depth: depth.get(n)!, side: side.get(n)!, openUp: isUp && above.length > 0, openDown: isDown && below.length > 0, moreUp: 0, moreDown: 0 });
    const go = (edges: number[], far: "child" | "parent") => {
      for (const e of edges) {
        const both = ends(e);
        const other = both[far];
        if (!depth.has(other)) {
          if (queue.length >= MOST) {
            cut++;
            continue;
          }
          depth.set(other, depth.get(n)! + 1);
          side.set(other, n === view.root ? (far === "parent" ? "up" : "down") : side.get(n)!);
          queue.push(other);
        }
        const depths = far === "parent" ? upDepth : downDepth;
        if (depths.has(n) && !depths.has(other)) depths.set(other, depths.get(n)! + 1);
        const key = both.child * count + both.parent;
        const pair = pairs.get(key);
        if (!pair) pairs.set(key, { child: both.child, parent: both.parent, edges: [e] });
        else if (!pair.edges.includes(e)) pair.edges.push(e);
      }
    };
    if (isUp) go(above, "parent");
    if (isDown) go(below, "child");
  }
  const drawn = [...pairs.values()].filter((one) => nodes.has(one.child) && nodes.has(one.parent));
  const folds = folded(view, nodes, drawn);
  const hidden = new Set(folds.flatMap((fold) => fold.them));
  for (const n of hidden) nodes.delete(n);
  const seen = drawn.filter((one) => !hidden.has(one.child) && !hidden.has(one.parent));
  for (const [n, one] of nodes) {
    one.moreUp = one.openUp ? 0 : new Set(edgesUp(n, view.root).map((e) => ends(e).parent)).size;
    one.moreDown = one.openDown ? 0 : new Set(down[n].map((e) => core.edges.child[e])).size;
  }
  return { nodes, drawn: seen, folds, cut };
}

function folded(view: View, nodes: Shown["nodes"], drawn: Drawn[]): Fold[] {
  const touching = new Map<number, Drawn[]>();
  for (const one of drawn)
    for (const n of [one.child, one.parent]) touching.set(n, [...(touching.get(n) ?? []), one]);
  const groups = new Map<string, Fold>();
  for (const n of nodes.keys()) {
    const lines = touching.get(n) ?? [];
    if (n === view.root || lines.length !== 1) continue;
    const [line] = lines;
    const at = line.child === n ? line.parent : line.child;
    const side = line.child === n ? "down" : "up";
    const key = `${core.nodes.id[at]}.${side}`;
    if (!groups.has(key)) groups.set(key, { key, at, side, them: [] });
    groups.get(key)!.them.push(n);
  }
  const folds: Fold[] = [];
  for (const fold of groups.values()) {
    let few = UNFOLDED;
    let key = fold.key;
    for (let level = 2; view.open.has(key); level++) {
      few += MORE;
      key = `${fold.key}~${level}`;
    }
    if (fold.them.length <= few + FEW - UNFOLDED) continue;
    // What leads on, or is much built upon, stays in sight.
    const worth = (n: number) => (fold.side === "up" ? core.nodes.above[n] : core.nodes.below[n]) + core.nodes.weight[n] / 1e12;
    fold.them.sort((a, b) => worth(b) - worth(a) || a - b);
    folds.push({ ...fold, key, them: fold.them.slice(few) });
  }
  return folds;
}

/** The nearest way from the root to a record along what is drawn, as pairs. */
export function wayTo(n: number, root: number, drawn: Drawn[]): Drawn[] {
  const beside = new Map<number, Drawn[]>();
  for (const one of drawn)
    for (const end of [one.child, one.parent]) beside.set(end, [...(beside.get(end) ?? []), one]);
  const from = new Map<number, Drawn | null>([[root, null]]);
  const queue = [root];
  for (const at of queue) {
    if (at === n) break;
    for (const one of beside.get(at) ?? []) {
      const other = one.child === at ? one.parent : one.child;
      if (!from.has(other)) {
        from.set(other, one);
        queue.push(other);
      }
    }
  }
  const way: Drawn[] = [];
  for (let at = n; from.get(at); ) {
    const one = from.get(at)!;
    way.unshift(one);
    at = one.child === at ? one.parent : one.child;
  }
  return way;
}

/** Every shortest way up from one record to another as steps, the one nearest the later record first; so many
 * at most. As llmlineage/graph/lineage.py, families opened at either end. */
export function ways(first: number, second: number, most = 24): number[][] {
  const found = shortest(first, second, most);
  return found.length ? found : shortest(second, first, most);
}

function allMembers(family: number): [number, number][] {
  const found: [number, number][] = [];
  const seen = new Set<number>();
  let families = [family];
  while (families.length) {
    const next: number[] = [];
    for (const one of families)
      for (const version of versions.get(one) ?? [])
        if (!seen.has(version)) {
          seen.add(version);
          found.push([one, version]);
          next.push(version);
        }
    families = next;
  }
  return found;
}

function shortest(startAt: number, goal: number, most: number): number[][] {
  if (startAt === goal) return [];
  const beside = new Map<number, [number, number][]>();
  const put = (near: number, e: number, far: number) => beside.set(near, [...(beside.get(near) ?? []), [e, far]]);
  for (const [family, version] of allMembers(startAt)) put(family, memberEdge(version), version);
  for (const [family, version] of allMembers(goal)) put(version, memberEdge(version) + count, family);
  const depths = new Map([[startAt, 0]]);
  const steps = new Map<number, [number, number][]>();
  let frontier = [startAt];
  for (let distance = 1; frontier.length && !depths.has(goal); distance++) {
    const reached: number[] = [];
    const visit = (e: number, near: number, far: number) => {
      if (!depths.has(far)) {
        depths.set(far, distance);
        reached.push(far);
      }
      if (depths.get(far) === distance) steps.set(far, [...(steps.get(far) ?? []), [e, near]]);
    };
    const inOrder = frontier.flatMap((near) => up[near].map((e) => [e, near] as const)).sort((a, b) => a[0] - b[0]);
    for (const [e, near] of inOrder) visit(e, near, core.edges.parent[e]);
    for (const near of frontier) for (const [e, far] of beside.get(near) ?? []) visit(e, near, far);
    frontier = reached;
  }
  if (!depths.has(goal)) return [];
  const found: number[][] = [];
  const unfinished: [number, number[]][] = [[goal, []]];
  while (unfinished.length && found.length < most) {
    const [node, way] = unfinished.pop()!;
    if (node === startAt) found.push(way);
    else for (const [e, near] of [...(steps.get(node) ?? [])].reverse()) unfinished.push([near, [e, ...way]]);
  }
  return found;
}

/** All records above (or below) one, along every step. */
export function reach(n: number, direction: "up" | "down"): Set<number> {
  const found = new Set<number>();
  let frontier = [n];
  while (frontier.length) {
    const next: number[] = [];
    for (const one of frontier)
      for (const e of direction === "up" ? edgesUp(one, n) : down[one]) {
        const far = direction === "up" ? ends(e).parent : ends(e).child;
        if (far !== n && !found.has(far)) {
          found.add(far);
          next.push(far);
        }
      }
    frontier = next;
  }
  return found;
}

const steps = (n: number) => (n === Infinity ? "all" : String(n));
const list = (them: Set<number>) => [...them].map((n) => core.nodes.id[n]).join(",");

/** A view as a part of an address, and back. */
export function write(view: View, more: Record<string, string> = {}): string {
  const said = new URLSearchParams();
  if (view.up !== 1 || view.down !== 1) said.set("g", `${steps(view.up)}-${steps(view.down)}`);
  for (const [name, them] of [["u", view.plusUp], ["d", view.plusDown], ["cu", view.minusUp], ["cd", view.minusDown]] as const)
    if (them.size) said.set(name, list(them));
  if (view.open.size) said.set("o", [...view.open].join(","));
  for (const [name, value] of Object.entries(more)) if (value) said.set(name, value);
  const text = said.toString();
  return `#/r/${encodeURIComponent(core.nodes.id[view.root])}${text ? `?${text}` : ""}`;
}

export function read(root: number, said: URLSearchParams): View {
  const view = start(root);
  const [above, below] = (said.get("g") ?? "1-1").split("-");
  const number = (text: string | undefined) => (text === "all" ? Infinity : Math.max(0, Math.min(99, Number(text) || 0)));
  const ids = (name: string) => new Set((said.get(name) ?? "").split(",").flatMap((id) => (byId.has(id) ? [byId.get(id)!] : [])));
  return {
    ...view, up: number(above), down: number(below), plusUp: ids("u"), plusDown: ids("d"), minusUp: ids("cu"), minusDown: ids("cd"),
    open: new Set((said.get("o") ?? "").split(",").filter(Boolean)),
  };
}

// What an audit of some records says, put together from what reaches each; as llmlineage/audit/findings.py.
import { core, ends, type Facts, type Same } from "./data";

export interface Finding {
  category: string; n: number | null; name: string; entry: number; via: number[]; length: number; grave: number; weight: number;
  licence: number; reading: boolean; split?: string; entries?: number[]; shares?: string;
}
const SPLITS = ["test", "unknown", "validation", "train"];
const UNKNOWN: Record<string, string> = {
  "no licence looked up": "unread", unread: "unread", undisclosed: "undisclosed", partial: "undisclosed",
  withdrawn: "unreleased", unreleased: "unreleased",
};
const less = (a: unknown[], b: unknown[]): number => {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    return (a[i] as number) < (b[i] as number) ? -1 : 1;
  }
  return 0;
};
const id = (n: number) => core.nodes.id[n];
const importance = (one: Finding) => [one.grave, -one.weight, one.length, one.name];

export function audit(records: [number, Facts][], times: Map<number, number> = new Map(), nameless: string[] = []): Finding[] {
  const found: Finding[] = [];
  const add = (category: string, n: number, entry: number, via: number[], grave: number, weight: number, more: Partial<Finding> = {}) =>
    found.push({ category, n, name: id(n), entry, via, length: via.length, grave, weight, licence: -1, reading: false, ...more });
  for (const [entry, one] of records)
    for (const [category, n, via, reading, weight, licence] of one.licences)
      add(core.categories[category], n, entry, via, reading, weight, { licence, reading: !!reading });
  for (const [entry, [n, , split, component, , via, weight]] of reached(records))
    if (component !== "influence")
      add(split === "train" ? "benchmark-train" : "benchmark-test", n, entry, via, SPLITS.indexOf(split), weight, { split });
  for (const one of doubles(records, times)) found.push(one);
  for (const [entry, [n, reason, via, weight]] of unknowns(records)) add(UNKNOWN[reason], n, entry, via, 0, weight);
  for (const name of nameless)
    found.push({ category: "no-record", n: null, name, entry: -1, via: [], length: 0, grave: 0, weight: 0, licence: -1, reading: false });
  found.sort((a, b) => less(importance(a), importance(b)));
  const best = new Map<string, Finding>();
  for (const one of found) if (!best.has(`${one.category} ${one.name}`)) best.set(`${one.category} ${one.name}`, one);
  const alike = new Map<string, number>();
  for (const one of best.values()) alike.set(`${one.category} ${one.licence}`, (alike.get(`${one.category} ${one.licence}`) ?? 0) + 1);
  const order = (one: Finding) => [
    core.categories.indexOf(one.category), one.grave, -one.weight, one.length, -alike.get(`${one.category} ${one.licence}`)!, one.name,
  ];
  return [...best.values()].sort((a, b) => less(order(a), order(b)));
}

function reached(records: [number, Facts][]): [number, Facts["reached"][number]][] {
  const best = new Map<string, [number, Facts["reached"][number]]>();
  const order = ([entry, one]: [number, Facts["reached"][number]]) => [
    Number(one[3] === "influence"), SPLITS.indexOf(one[2]), one[4], one[5].length, id(one[0]), id(entry), one[1] ?? "",
  ];
  for (const [entry, each] of records)
    for (const one of each.reached) {
      const key = JSON.stringify([one[0], one[2], one[1]]);
      const known = best.get(key);
      if (!known || less(order([entry, one]), order(known)) < 0) best.set(key, [entry, one]);
    }
  return [...best.values()].sort((a, b) => less(order(a), order(b)));
}

function unknowns(records: [number, Facts][]): [number, Facts["unknown"][number]][] {
  const best = new Map<string, [number, Facts["unknown"][number]]>();
  for (const [entry, each] of records)
    for (const one of each.unknown) {
      const key = `${one[0]} ${one[1]}`;
      const known = best.get(key);
      if (!known || one[2].length < known[1][2].length) best.set(key, [entry, one]);
    }
  return [...best.values()].sort((a, b) => less([a[1][2].length, id(a[1][0])], [b[1][2].length, id(b[1][0])]));
}

function* doubles(records: [number, Facts][], times: Map<number, number>): Iterable<Finding> {
  const double = (n: number, entries: number[], weight: number, length: number, shares: string): Finding => ({
    category: "double-counted", n, name: id(n), entry: entries[0], via: [], length, grave: 0, weight, licence: -1, reading: false, entries, shares,
  });
  for (const [entry, one] of records) {
    const many = times.get(entry) ?? 1;
    if (many > 1) yield double(entry, Array(many).fill(entry), one.own, 0, "responses");
  }
  const said = new Set<number>();
  for (const component of ["responses", "prompts"] as const) {
    const by = new Map<number, Map<number, Same>>();
    for (const [entry, one] of records)
      for (const same of one.same[component]) {
        if (!by.has(same[0])) by.set(same[0], new Map());
        by.get(same[0])!.set(entry, same);
      }
    for (const [n, reach] of by) if (reach.size < 2) by.delete(n);
    for (const [n, reach] of [...by].sort((a, b) => less([id(a[0])], [id(b[0])]))) {
      const below = [...reach.values()].map((same) => same[1]).filter((child) => child >= 0);
      const holds = (child: number) => [...reach.keys()].every((entry) => by.get(child)?.has(entry));
      if (said.has(n) || below.some(holds)) continue;
      said.add(n);
      const them = [...reach.values()];
      const shares = them.some((same) => same[3]) ? component : `${component}, not surely the same`;
      yield double(n, [...reach.keys()], Math.max(...them.map((same) => same[2])), them[0][4], shares);
    }
  }
}

/** One case in words, without the record at fault: what it asks, and by which way it comes. */
export function about(one: Finding): string {
  if (one.category === "double-counted") {
    return `(${one.shares}) by ${one.entries!.slice(0, 3).map((n) => id(n)).join(" and ")}`;
  }
  const licence = one.category !== "no-licence" && one.licence >= 0 ? core.licences[one.licence] : null;
  const splits: Record<string, string> = { test: "test items", validation: "validation items", unknown: "split not said", train: "" };
  let under = one.split ? splits[one.split] : "";
  if (licence) under = one.reading ? `${licence.id} of its weights` : licence.id;
  const asked = licence && one.category === "model-licence" && licence.summary ? `: ${licence.summary.replace(/\.$/, "")}` : "";
  const way = one.via.length ? ` ${wayDown(one.via)}` : "";
  return `${under ? `(${under})` : ""}${way}${asked}`.trim();
}

export function wayDown(via: number[]): string {
  const nearest = ends(via[via.length - 1]);
  const [first, last] = [id(nearest.child), id(ends(via[0]).child)];
  const further = via.length === 1 ? "" : via.length === 2 ? ` > ${last}` : ` … > ${last}`;
  return `${nearest.step[2]} ${first}${further}`;
}

/** The line of a question as the command prints it. */
export function line(found: Finding[]): string {
  const [first] = found;
  const said = `${first.name}${about(first) ? ` ${about(first)}` : ""}`;
  if (first.category !== "provider-terms" && first.category !== "model-licence") return said;
  const series = (one: Finding) => core.licences[one.licence].series;
  const others = [...new Set(found.filter((one) => one.licence >= 0).map(series))].filter((name) => name !== series(first));
  return others.length ? `${said}; also ${others.join(", ")}` : said;
}

// The edition as the page holds it: columns of all records, and the facts of one when they are asked for.

export interface Licence { id: string; name: string; summary: string; series: string; terms: Terms; url: string | null }
export type Terms = "open" | "share-alike" | "conditional" | "noncommercial" | "provider" | "unstated" | "unlooked";
export type Line = "rows" | "text" | "influence" | "words" | "training" | "weights" | "family";

export interface Core {
  format: number; edition: string; shard: number; categories: string[]; questions: [string, string][];
  licences: Licence[]; organizations: [string, string][]; steps: [string, string, string, Line][];
  nodes: {
    id: string[]; name: string[]; model: number[]; kind: string[]; organization: number[]; released: string[];
    size: string[]; weight: number[]; licence: number[]; hub: string[]; status: string[]; upstream: string[];
    family: number[]; above: number[]; below: number[];
  };
  edges: { child: number[]; parent: number[]; step: number[]; rows: string[]; basis: string[] };
}

export interface Step {
  edge: number; along?: string; rows?: string; method?: string; basis?: string; note?: string; source: number;
  locator?: string; measured?: string; verdict?: string;
}
export type Way = number[];
export interface Facts {
  id: string; source: number; locator: string; sentence: string; summary: string; note: string; second_read: string | null;
  facts: [string, string][]; aliases: string[]; members: number[]; parents: Step[]; children: Step[];
  claims: { attribute: string; stated: string; accepted: string; locator: string; note: string; stated_by?: number; source?: number }[];
  sources: [string, string][];
  licences: [number, number, Way, number, number, number][];
  reached: [number, string | null, string, string, number, Way, number][];
  unknown: [number, string, Way, number][];
  same: { responses: Same[]; prompts: Same[] };
  own: number;
  writers: [number, string[], Way][];
  inherited: [number, number, string, string, number, number, Way, number | null, number[], number[], number, number[]][];
  conflicts: [string, Way][];
  holds: [number, string, string, number, Way][];
}
export type Same = [number, number, number, number, number];
export interface Names { keys: Record<string, number[]>; aliases: Record<string, string[]>; summaries: string[] }
export interface Field {
  datasets: number; models: number; edges: number; sources: number; traced: number; discrepancies: number;
  roots: [number, number, number][]; generators: [number, number][]; organizations: [string, number, number, number][];
  conflicts: { of: number; records: number; pairs: [string, number[]][] };
  upstream: [[string, number][], [string, number][]]; basis: [string, number][]; years: [number, number, number, number][];
}

// In the worker that lays out large pictures there is no document.
const settings = (typeof document === "undefined" ? {} : JSON.parse(document.getElementById("settings")?.textContent ?? "{}")) as { mode?: string };

function inline<T>(name: string): T | null {
  const block = document.getElementById(name);
  return block ? (JSON.parse(block.textContent!) as T) : null;
}

async function load<T>(name: string): Promise<T> {
  if (settings.mode === "inline") {
    const found = inline<T>(name.replace("/", "-"));
    if (found === null) throw new Error(`${name} is not in this file`);
    return found;
  }
  const answer = await fetch(`data/${name}.json`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return (await answer.json()) as T;
}

export let core: Core;
export let count = 0;
let edgeCount = 0;
export let up: number[][] = [];
export let down: number[][] = [];
export const versions = new Map<number, number[]>();
export const byId = new Map<string, number>();

export async function open(): Promise<void> {
  core = await load<Core>("core");
  if (core.format !== 1) throw new Error("the data are of another version of the page");
  count = core.nodes.id.length;
  edgeCount = core.edges.child.length;
  up = Array.from({ length: count }, () => []);
  down = Array.from({ length: count }, () => []);
  for (let e = 0; e < edgeCount; e++) {
    up[core.edges.child[e]].push(e);
    down[core.edges.parent[e]].push(e);
  }
  core.nodes.id.forEach((id, n) => byId.set(id, n));
  core.nodes.family.forEach((family, n) => {
    if (family >= 0) versions.set(family, [...(versions.get(family) ?? []), n]);
  });
}

export const isVirtual = (e: number) => e >= edgeCount;
export const memberEdge = (version: number) => edgeCount + version;

/** Child, parent and kind of a step; one between a family and its version stands in no table. */
export function ends(e: number): { child: number; parent: number; step: [string, string, string, Line] } {
  if (e < edgeCount) {
    return { child: core.edges.child[e], parent: core.edges.parent[e], step: core.steps[core.edges.step[e]] };
  }
  const named = (name: string) => core.steps.find((one) => one[0] === name)!;
  if (e < edgeCount + count) {
    const version = e - edgeCount;
    return { child: core.nodes.family[version], parent: version, step: named("member") };
  }
  const version = e - edgeCount - count;
  return { child: version, parent: core.nodes.family[version], step: named("member_of") };
}

const shards = new Map<number, Promise<Facts[]>>();
const known = new Map<number, Facts>();

export async function facts(n: number): Promise<Facts> {
  const shard = Math.floor(n / core.shard);
  let loading = shards.get(shard);
  if (!loading) {
    loading = load<Facts[]>(`facts/${shard}`);
    shards.set(shard, loading);
    loading.catch(() => shards.delete(shard));
  }
  const them = await loading;
  const found = them[n - shard * core.shard];
  known.set(n, found);
  return found;
}

let naming: Promise<Names> | undefined;
export const names = () => (naming ??= load<Names>("names"));
let fielding: Promise<Field> | undefined;
export const field = () => (fielding ??= load<Field>("field"));

export interface Cited { title: string; url: string; step: Step }

/** What a step rests on, from the facts of the record that came later. */
export async function cited(e: number): Promise<Cited | null> {
  if (isVirtual(e)) return null;
  await facts(ends(e).child);
  return citedNow(e);
}

/** The same where those facts are there already. */
export function citedNow(e: number): Cited | null {
  const found = isVirtual(e) ? undefined : known.get(ends(e).child);
  const step = found?.parents.find((one) => one.edge === e);
  if (!found || !step) return null;
  const [title, url] = found.sources[step.source];
  return { title, url, step };
}

export const terms = (n: number): Terms => {
  const place = core.nodes.licence[n];
  if (place >= 0) return core.licences[place].terms;
  return "unlooked";
};
export const label = (n: number) => core.nodes.name[n];
export const kindOf = (n: number) => {
  const kind = core.nodes.kind[n];
  const model = core.nodes.model[n];
  if (kind === "family") return model ? "model family" : "dataset family";
  if (!model) return kind;
  return kind === "instruct" || kind === "other" ? "model" : `${kind} model`;
};
export const upstreamWord = (n: number) =>
  ({ undisclosed: "undisclosed", partial: "partly disclosed", unread: "not read yet" })[core.nodes.upstream[n] as "partial"] ?? "";
export const licenceName = (n: number) => {
  const place = core.nodes.licence[n];
  if (place < 0) return core.nodes.kind[n] === "family" ? "" : "licence not looked up";
  const id = core.licences[place].id;
  return id === "none-stated" ? "no licence stated" : id;
};
export const maker = (n: number) => {
  const place = core.nodes.organization[n];
  return place < 0 ? "" : core.organizations[place][1];
};
export const thousands = (n: number) => n.toLocaleString("en");
export const plural = (n: number, noun: string) => `${thousands(n)} ${noun}${n === 1 ? "" : "s"}`;
export const isOnline = (url: string) => /^https?:\/\//.test(url);

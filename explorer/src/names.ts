// From what people type to a record, as llmlineage/keys.py and llmlineage/graph/names.py have it.
import MiniSearch from "minisearch";
import { byId, core, count, names, type Names } from "./data";

export function nameKey(name: string): string {
  const plain = /^[\x00-\x7f]*$/.test(name) ? name : name.normalize("NFKD").replace(/\p{Mn}/gu, "");
  return plain.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ").replace(/[-_\s]/g, "");
}

const HUB = "https://huggingface.co/";
const ADDRESS = /:\/\/|^(?:www\.)?(?:huggingface\.co|arxiv\.org|github\.com|hf\.co|export\.arxiv\.org|ar5iv\.org|ar5iv\.labs\.arxiv\.org)\//i;
const PREPRINT = /^(?:arxiv:?\s*|(?:(?:https?:\/\/)?(?:dx\.)?doi\.org\/|doi:\s*)?10\.48550\/arxiv\.)?(\d{4}\.\d{4,5})(?:v\d+)?$/i;

function asAddress(name: string): string {
  name = name.trim();
  if (name.startsWith("datasets/") || name.startsWith("hf://")) {
    const path = name.replace(/^hf:\/\//, "").replace(/^models\//, "");
    return HUB + path.replace(/@[^/]*/g, "");
  }
  const match = PREPRINT.exec(name);
  return match ? `https://arxiv.org/abs/${match[1]}` : name;
}

/** One spelling for each card, paper and repository; see llmlineage/addresses.py. */
export function canonical(address: string): string {
  let parts: URL;
  try {
    parts = new URL(address.includes("://") ? address : `https://${address}`);
  } catch {
    return address;
  }
  let host = parts.host.toLowerCase().replace(/^www\./, "");
  let path = parts.pathname.replace(/\/{2,}/g, "/").replace(/\/+$/, "");
  if (host === "hf.co") host = "huggingface.co";
  if (/^(export\.arxiv\.org|ar5iv\.org|ar5iv\.labs\.arxiv\.org)$/.test(host)) host = "arxiv.org";
  if (host === "huggingface.co" && path.startsWith("/papers/")) host = "arxiv.org";
  if (host === "arxiv.org") {
    const id = /(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})(?:v\d+)?(?:\.pdf)?$/.exec(path);
    return id ? `https://arxiv.org/abs/${id[1]}` : `https://arxiv.org${path}`;
  }
  if (host === "huggingface.co") {
    path = path.replace(/\/(?:resolve|raw)\//g, "/blob/");
    return `https://${host}${path.replace(/\/(?:tree\/[^/]+|blob\/[^/]+\/README\.md|viewer(?:\/.*)?)$/, "")}`;
  }
  if (host === "github.com") {
    return `https://${host}${path.replace(/\/(?:tree\/(?:main|master)|blob\/(?:main|master)\/README\.md)$/, "").replace(/\.git$/, "")}`;
  }
  return `https://${host}${path}${parts.search}${parts.hash}`;
}

function forms(name: string): [string, "dataset" | "model" | null][] {
  name = asAddress(name);
  if (!ADDRESS.test(name)) {
    const match = /^(.*)\(([^()]*)\)?$/.exec(name.trim());
    const found: [string, "dataset" | "model" | null][] = [[nameKey(name), null]];
    const table = match?.[2].trim().toLowerCase();
    if (match && (table === "dataset" || table === "model")) found.push([nameKey(match[1]), table]);
    return found;
  }
  const address = canonical(name);
  const hub = /^https:\/\/huggingface\.co\/(datasets\/)?([^/]+(?:\/[^/]+)?)/.exec(address);
  return [...(hub ? [[nameKey(hub[2]), hub[1] ? "dataset" : "model"] as [string, "dataset"]] : []), [nameKey(address), null]];
}

function originals(name: string): string[] {
  let called = asAddress(name);
  if (ADDRESS.test(called)) {
    const hub = /^https:\/\/huggingface\.co\/(?!datasets\/)([^/]+(?:\/[^/]+)?)/.exec(canonical(called));
    called = hub ? hub[1] : "";
  }
  const place = called.indexOf("/");
  if (place < 0) return called.toLowerCase().endsWith("-hf") ? [called.slice(0, -3)] : [];
  const [owner, repository] = [called.slice(0, place), called.slice(place + 1)];
  if (!repository || repository.includes("/")) return [];
  if (owner.toLowerCase() === "unsloth") {
    const stem = repository.replace(/(?:-unsloth)?-(?:bnb-4bit|GGUF)$/i, "");
    return stem !== repository ? [`unsloth/${stem}`, stem] : [stem];
  }
  const stem = repository.replace(/-hf$/i, "");
  return [stem !== repository ? `${owner}/${stem}` : `${owner}/${repository}-hf`];
}

let index: { keys: Map<string, number[]>; given: Names; list: [string, number][] } | undefined;

export async function ready(): Promise<void> {
  if (index) return;
  const given = await names();
  const keys = new Map<string, number[]>(Object.entries(given.keys));
  const list: [string, number][] = [];
  for (let n = 0; n < count; n++) {
    for (const written of [core.nodes.id[n], core.nodes.name[n], core.nodes.hub[n]]) {
      if (!written) continue;
      const key = nameKey(written);
      if (!keys.has(key)) keys.set(key, [n]);
      list.push([key, n]);
    }
    for (const alias of given.aliases[n] ?? []) list.push([nameKey(alias), n]);
  }
  index = { keys, given, list };
}

function exactly(name: string, only?: "model"): number[] {
  for (const [key, table] of forms(name)) {
    const found = (index!.keys.get(key) ?? []).filter((n) => {
      const type = core.nodes.model[n] ? "model" : "dataset";
      return (table === null || table === type) && (only === undefined || only === type);
    });
    if (found.length) return found;
  }
  return [];
}

/** The records that a name means, the likeliest first; those of which it is a copy where it means none. */
export function resolve(name: string): number[] {
  if (!name.trim() || name.length > 2000) return [];
  const found = exactly(name);
  if (found.length) return found;
  for (const original of originals(name)) {
    const models = exactly(original, "model");
    if (models.length) return models;
  }
  return [];
}

let engine: MiniSearch | undefined;
const words = (text: string) =>
  text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

function searcher(): MiniSearch {
  if (engine) return engine;
  engine = new MiniSearch({ fields: ["name", "other", "maker", "about"], idField: "n", tokenize: words, processTerm: (term) => term });
  const { aliases, summaries } = index!.given;
  engine.addAll(
    Array.from({ length: count }, (_, n) => ({
      n,
      name: core.nodes.name[n],
      other: [core.nodes.id[n], core.nodes.hub[n], ...(aliases[n] ?? [])].join(" "),
      maker: core.organizations[core.nodes.organization[n]]?.[1] ?? "",
      about: summaries[n],
    })),
  );
  return engine;
}

/** Records for what was typed so far: those called so, those whose names begin so, then by words. */
export function search(text: string, most = 12): number[] {
  const found = new Set<number>(resolve(text));
  const key = nameKey(text);
  if (key.length > 1) {
    const begun = index!.list.filter(([one]) => one.startsWith(key) || one.includes(`/${key}`));
    begun.sort((a, b) => a[0].length - b[0].length || core.nodes.below[b[1]] - core.nodes.below[a[1]]);
    for (const [, n] of begun) if (found.size < most) found.add(n);
  }
  if (found.size < most && words(text).length) {
    const options = { boost: { name: 10, other: 6, maker: 3 }, prefix: true, combineWith: "AND" as const };
    let hits = searcher().search(text, options);
    if (!hits.length && !found.size) hits = searcher().search(text, { ...options, fuzzy: 0.25 });
    for (const hit of hits) if (found.size < most) found.add(hit.id as number);
  }
  return [...found].slice(0, most);
}

export const near = (text: string) => (resolve(text).length ? [] : search(text, 3));

/** `2+name+1`: so many steps up and down; `+name` all of them up. */
export function expression(text: string): { name: string; up?: number; down?: number } {
  const match = /^\s*(?:(\d*)\+)?(.*?)(?:\+(\d*))?\s*$/.exec(text);
  if (!match || (match[1] === undefined && match[3] === undefined) || resolve(text).length) return { name: text.trim() };
  const steps = (said: string | undefined) => (said === undefined ? 0 : said === "" ? Infinity : Math.min(Number(said), 99));
  return { name: match[2].trim(), up: steps(match[1]), down: steps(match[3]) };
}

export { byId };

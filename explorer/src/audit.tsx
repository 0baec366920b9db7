// What a mix is about to inherit: names pasted or a config dropped, worked out here; nothing leaves the page.
import { useEffect, useState } from "preact/hooks";
import { core, facts, label, licenceName, plural, upstreamWord, type Facts } from "./data";
import { near, ready, resolve } from "./names";
import { Verdict } from "./record";
import { go, Kicker, Name } from "./ui";
import { audit } from "./verdict";

const NAME = /^[\w.@:/~+()-]+(?: +[\w.@:/~+()-]+){0,7}$/u;
const PLACE = /^(?:\/|\.\.?\/|~|\$|s3:\/\/|gs:\/\/|oci:\/\/|weka:\/\/|local:)|\.(?:jsonl?|parquet|csv|txt|arrow|gz|zst|pt|yaml)$/i;

/** The names of a list, one a line; of a config, its values that are names of records or look like Hub ids. */
export function namesIn(text: string): string[] {
  const lines = text.split(/\r?\n/).map((one) => one.replace(/(^|\s)#.*/, "").trim()).filter(Boolean);
  const isList = lines.every((one) => NAME.test(one) && !/:\s|:$/.test(one) && !one.startsWith("- "));
  if (isList) return [...new Set(lines)];
  const found = new Set<string>();
  for (const one of lines) {
    const quoted = [...one.matchAll(/["']([^"']{2,200})["']/g)].map((match) => match[1]);
    const bare = /^(?:-\s+)?(?:[\w.-]+:\s+)?([^\s"'{}[\],][^"'{}[\],]*)$/.exec(one)?.[1];
    const each = /^[\w./-]+\/[\w.-]+(?:\s*:\s*[\d.]+)?$/.test(one) ? [one.replace(/\s*:.*/, "")] : [];
    const key = /^\s*([\w.-]+\/[\w.-]+)\s*:\s*[\d.]+$/.exec(one)?.[1];
    for (const value of [...quoted, ...(bare ? [bare.trim()] : []), ...each, ...(key ? [key] : [])])
      if (/^[\w.-]+\/[\w.-]+$/.test(value) && !PLACE.test(value) ? true : value.length > 4 && /[a-z]/i.test(value) && /\d|-/.test(value) && resolve(value).length > 0) found.add(value);
  }
  return [...found];
}

export interface Answer { named: [string, number | undefined, Facts | undefined][]; found: ReturnType<typeof audit> }

export async function auditOf(wanted: string[]): Promise<Answer> {
  await ready();
  const named = await Promise.all(
    wanted.map(async (name) => {
      const n = PLACE.test(name) ? undefined : resolve(name)[0];
      return [name, n, n === undefined ? undefined : await facts(n)] as [string, number | undefined, Facts | undefined];
    }),
  );
  const records = new Map<number, Facts>();
  const times = new Map<number, number>();
  for (const [, n, one] of named)
    if (n !== undefined) {
      records.set(n, one!);
      times.set(n, (times.get(n) ?? 0) + 1);
    }
  const nameless = named.filter(([, n]) => n === undefined).map(([name]) => name);
  return { named, found: audit([...records], times, [...new Set(nameless)]) };
}

export function Audit({ names }: { names: string[] }) {
  const [text, setText] = useState(names.join("\n"));
  const [answer, set] = useState<Answer>();
  const [error, setError] = useState("");
  const key = names.join("\n");
  useEffect(() => {
    setText((now) => now || key);
    let current = true;
    set(undefined);
    if (names.length) auditOf(names).then((done) => current && set(done), (failed) => current && setError(String(failed.message ?? failed)));
    return () => {
      current = false;
    };
  }, [key]);
  const run = async (given: string) => {
    await ready();
    const them = namesIn(given);
    setError(them.length ? "" : "No name of a dataset or model was found in it.");
    if (them.length) go(`#/audit?${new URLSearchParams({ names: them.join("\n") })}`);
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    if (file.size > 2_000_000) {
      setError(`${file.name} is larger than any config.`);
      return;
    }
    const given = await file.text();
    setText(given);
    await run(given);
  };
  return (
    <article class="record wide">
      <Kicker>Before you train</Kicker>
      <h1 tabIndex={-1}>What a mix is about to inherit</h1>
      <p class="lead">Paste names of datasets and models, one a line, or a config; or drop a file. It is worked out in this page, and nothing leaves it.</p>
      <form class="auditing" onSubmit={(event) => { event.preventDefault(); run(text); }} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <textarea aria-label="Names or a config" rows={Math.min(14, Math.max(5, text.split("\n").length + 1))} spellcheck={false} placeholder={"teknium/OpenHermes-2.5\nmeta-math/MetaMathQA\nopenai/gsm8k"} value={text} onInput={(event) => setText((event.target as HTMLTextAreaElement).value)} />
        <div class="actions">
          <button type="submit" class="chip strong">Audit</button>
          <label class="plain file">Open a file<input type="file" class="hidden" onChange={async (event) => { const file = (event.target as HTMLInputElement).files?.[0]; if (file) { const given = await file.text(); setText(given); run(given); } }} /></label>
          {!names.length && <button type="button" class="plain" onClick={() => { const given = "teknium/OpenHermes-2.5\nmeta-math/MetaMathQA\nopenai/gsm8k"; setText(given); run(given); }}>Try an example</button>}
        </div>
      </form>
      {error && <p role="alert">{error}</p>}
      {answer && (
        <div aria-live="polite">
          <section>
            <h2>What it names <span class="count">{answer.named.length}</span></h2>
            <ul class="plainlist">{answer.named.map(([name, n, one]) => <Named key={name} name={name} n={n} one={one} />)}</ul>
          </section>
          <Verdict found={answer.found} known={answer.named.some(([, n]) => n !== undefined)} />
          <p class="faint small">This states what the cited sources say. It is no legal advice. The command <code>llmlineage audit</code> also reads splits, weights and roles from a config.</p>
        </div>
      )}
    </article>
  );
}

function Named({ name, n, one }: { name: string; n?: number; one?: Facts }) {
  if (n === undefined) {
    const close = near(name);
    return <li><b>{name}</b> <span class="mark u-unread">no record</span>{close.length > 0 && <span class="faint"> closest: {close.map((each, at) => <>{at ? ", " : ""}<Name n={each} /></>)}</span>}</li>;
  }
  const writers = (one?.writers ?? []).filter(([, components]) => components.some((each) => each === "prompts" || each === "responses")).map(([writer]) => writer);
  return (
    <li>
      <Name n={n} /> <span class="faint">{[name !== label(n) && name !== core.nodes.hub[n] ? name : "", core.nodes.model[n] ? "" : core.nodes.size[n], licenceName(n), writers.length && !core.nodes.model[n] ? `written by ${writers.slice(0, 2).map(label).join(", ")}${writers.length > 2 ? ` and ${writers.length - 2} more` : ""}` : "", upstreamWord(n)].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

export const summary = (answer: Answer) => plural(answer.found.length, "case");

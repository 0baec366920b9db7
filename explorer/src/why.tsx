// Two records: every shortest way between them, and what each has that the other lacks.
import { useMemo, useState, useEffect } from "preact/hooks";
import { core, ends, facts, kindOf, label, plural, up, type Facts } from "./data";
import { reach, start, ways, type Drawn, type Shown } from "./graph";
import { near, ready, resolve } from "./names";
import { Picture, type Axis } from "./picture";
import { Some } from "./record";
import { go, Name, Terms, Way, Kicker } from "./ui";
import { audit } from "./verdict";

export function Why({ first, second }: { first: number; second: number }) {
  const found = useMemo(() => ways(first, second), [first, second]);
  const [axis, setAxis] = useState<Axis>("depth");
  // All that the ways cite comes first, so that nothing moves when it does.
  const [there, setThere] = useState<number[][]>();
  useEffect(() => {
    let current = true;
    const asked = new Set([first, second, ...found.flat().map((e) => ends(e).child)]);
    Promise.allSettled([...asked].map(facts)).then(() => current && setThere(found));
    return () => {
      current = false;
    };
  }, [found]);
  const later = found.length ? ends(found[0][0]).child : first;
  const seen = useMemo(() => drawnOf(found, later), [found, later]);
  return (
    <div class={found.length ? "split" : "alone"}>
      <article class={found.length ? "record" : "record wide"}>
        <Kicker>Two records</Kicker>
        <h1 tabIndex={-1}>{label(first)} and {label(second)}</h1>
        <Pair first={first} second={second} />
        {there !== found ? <div class="waiting" /> : <>
        {found.length ? (
          <section>
            <h2>{found.length === 24 ? "The first 24 shortest ways" : plural(found.length, "shortest way")} <span class="count">{plural(found[0].length, "step")}</span></h2>
            {found.map((via) => <Way via={via} />)}
          </section>
        ) : <p>Neither was made from the other, as far as is known.</p>}
        <Compare first={first} second={second} /></>}
      </article>
      {found.length > 0 && <aside class="side"><Picture view={start(later)} axis={axis} onView={() => undefined} onAxis={setAxis} only={{ seen, title: `Ways from ${label(first)} to ${label(second)}` }} steps /></aside>}
    </div>
  );
}

/** The picture of some ways: their records, and nothing besides. */
function drawnOf(found: number[][], root: number): Shown {
  const nodes: Shown["nodes"] = new Map();
  const pairs = new Map<string, Drawn>();
  const put = (n: number, depth: number) => {
    if (!nodes.has(n)) nodes.set(n, { depth, side: n === root ? "root" : "up", openUp: false, openDown: false, moreUp: 0, moreDown: 0 });
  };
  put(root, 0);
  for (const via of found)
    via.forEach((e, depth) => {
      const { child, parent } = ends(e);
      put(child, depth);
      put(parent, depth + 1);
      const key = `${child} ${parent}`;
      const pair = pairs.get(key) ?? { child, parent, edges: [] };
      if (!pair.edges.includes(e)) pair.edges.push(e);
      pairs.set(key, pair);
    });
  return { nodes, drawn: [...pairs.values()], folds: [], cut: 0 };
}

export function Pair({ first, second }: { first?: number; second?: number }) {
  const [said, set] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const [a, b] = ["a", "b"].map((name) => (form.elements.namedItem(name) as HTMLInputElement).value);
    await ready();
    const [one, other] = [resolve(a)[0], resolve(b)[0]];
    if (one === undefined || other === undefined) {
      const missing = one === undefined ? a : b;
      const close = near(missing);
      set(`Nothing is called ${missing}.${close.length ? ` Closest: ${close.map(label).join(", ")}.` : ""}`);
    } else {
      set("");
      go(`#/why/${encodeURIComponent(core.nodes.id[one])}/${encodeURIComponent(core.nodes.id[other])}`);
    }
  };
  return (
    <form class="pair" onSubmit={submit} key={`${first} ${second}`}>
      <input name="a" aria-label="First record" placeholder="First record" defaultValue={first === undefined ? "" : label(first)} />
      <input name="b" aria-label="Second record" placeholder="Second record" defaultValue={second === undefined ? "" : label(second)} />
      <button type="submit" class="chip">Compare</button>
      {said && <p role="alert">{said}</p>}
    </form>
  );
}

function Compare({ first, second }: { first: number; second: number }) {
  const [both, set] = useState<[Facts, Facts]>();
  useEffect(() => {
    let current = true;
    Promise.all([facts(first), facts(second)]).then((them) => current && set(them as [Facts, Facts]), () => undefined);
    return () => {
      current = false;
    };
  }, [first, second]);
  const parents = (n: number) => new Set(up[n].map((e) => core.edges.parent[e]));
  const [a, b] = [parents(first), parents(second)];
  const [above, beyond] = useMemo(() => [reach(first, "up"), reach(second, "up")], [first, second]);
  const only = (one: Set<number>, other: Set<number>) => [...one].filter((n) => !other.has(n));
  const column = (title: string, them: number[]) => (
    <div><h3>{title} <span class="count">{them.length}</span></h3>
      {them.length ? <Some them={them} most={20}>{(n) => <li key={n}><Name n={n} /> <span class="faint small">{kindOf(n)}</span> <Terms n={n} /></li>}</Some> : <p class="faint">none</p>}
    </div>
  );
  const verdict = both && [audit([[first, both[0]]]), audit([[second, both[1]]])];
  return (
    <>
      <section>
        <h2>Direct parents</h2>
        <div class="columns">
          {column(`Of ${label(first)} alone`, only(a, b))}
          {column(`Of ${label(second)} alone`, only(b, a))}
          {column("Of both", [...a].filter((n) => b.has(n)))}
        </div>
      </section>
      <section>
        <h2>All ancestors</h2>
        <p>{plural([...above].filter((n) => beyond.has(n)).length, "ancestor")} in common; {plural(only(above, beyond).length, "ancestor")} of {label(first)} alone, {only(beyond, above).length} of {label(second)} alone.</p>
      </section>
      {verdict && (
        <section>
          <h2>What reaches each</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="What reaches each">
            <table class="figures">
              <thead><tr><th scope="col">cases</th><th scope="col">{label(first)}</th><th scope="col">{label(second)}</th></tr></thead>
              <tbody>
                {core.questions.filter(([, category]) => verdict.some((them) => them.some((one) => one.category === category))).map(([question, category]) => (
                  <tr key={category}><th scope="row">{question}</th>{verdict.map((them) => <td>{them.filter((one) => one.category === category).length || "–"}</td>)}</tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}

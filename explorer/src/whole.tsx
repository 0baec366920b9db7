// The whole field: figures, each a table whose bars are the chart.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { core, field, plural, thousands, type Field } from "./data";
import { Some } from "./record";
import { More, Name, Kicker } from "./ui";

export function Whole() {
  const [one, set] = useState<Field>();
  const [error, setError] = useState("");
  useEffect(() => {
    field().then(set, (failed) => setError(String(failed.message ?? failed)));
  }, []);
  return (
    <article class="record wide">
      <Kicker>The whole field</Kicker>
      <h1 tabIndex={-1}>What open data for fine-tuning rests on</h1>
      {error && <p role="alert">{error}</p>}
      {one ? <Figures one={one} /> : !error && <p class="faint">Counting …</p>}
    </article>
  );
}

const word: Record<string, string> = { root: "roots", complete: "every parent known", partial: "partly disclosed", undisclosed: "undisclosed", unread: "not read yet" };

function Figures({ one }: { one: Field }) {
  const unread = (them: [string, number][]) => them.find(([name]) => name === "unread")?.[1] ?? 0;
  const share = (part: number, of: number) => `${Math.round((100 * part) / Math.max(1, of))} %`;
  const dark = unread(one.upstream[0]) + unread(one.upstream[1]);
  return (
    <>
      <p class="lead">{thousands(one.datasets)} datasets and {thousands(one.models)} models, {thousands(one.edges)} steps between them, {thousands(one.sources)} documents read. {thousands(one.traced)} datasets are traced to roots by every way; of {share(dark, one.datasets + one.models)} of all records no document of the makers was read yet.</p>
      <div class="grid">
        <Bars title="Roots, by what descends from their data" note="Not counted: what came through a model’s answers." head={["root", "datasets", "models"]} rows={one.roots.map(([n, datasets, models]) => [<Name n={n} />, datasets, models])} />
        <Bars title="Models that wrote most datasets" head={["model", "datasets"]} rows={one.generators.map(([n, datasets]) => [<Name n={n} />, datasets])} />
        <Bars title="Organizations, by what others built on them" note="Records of others that descend from theirs, by any step." head={["organization", "others’ records"]} rows={one.organizations.map(([name, , , others]) => [name, others])} />
        <Bars title="How much of the origin is known" head={["", "datasets", "models"]} rows={["root", "complete", "partial", "undisclosed", "unread"].map((state) => [word[state], one.upstream[0].find(([name]) => name === state)?.[1] ?? 0, one.upstream[1].find(([name]) => name === state)?.[1] ?? 0])} />
        <Bars title="First released" head={["year", "datasets", "models"]} rows={one.years.slice(-10).map(([year, datasets, models]) => [<a href={`#/years?y=${year}`}>{year}</a>, datasets, models])} />
        <Bars title="How each step is known" head={["", "steps"]} rows={one.basis.map(([name, steps]) => [{ stated: "stated by the makers", reported: "reported by others", inferred: "inferred, with the reason", measured: "measured on rows" }[name] ?? name, steps])} />
      </div>
      <section>
        <h2>Licences that disagree</h2>
        <p>{plural(one.conflicts.records, "record")} of {thousands(one.conflicts.of)} with a licence of their own inherit terms that it does not go with.</p>
        {one.conflicts.pairs.map(([message, them]) => (
          <More key={message} class="finding" summary={<><span class="many">{thousands(them.length)}</span><span class="case">{message}</span></>}>
            {() => <Some them={them} most={30}>{(n) => <li key={n}><Name n={n} kind /></li>}</Some>}
          </More>
        ))}
        <p class="faint small">This states what the cited sources say. It is no legal advice. Edition {core.edition}.</p>
      </section>
    </>
  );
}

function Bars({ title, note, head, rows }: { title: string; note?: string; head: string[]; rows: [ComponentChildren, ...number[]][] }) {
  const most = Math.max(1, ...rows.map(([, ...them]) => them.reduce((sum, each) => sum + each, 0)));
  return (
    <section class="bars">
      <h2>{title}</h2>
      {note && <p class="faint small">{note}</p>}
      <table>
        <thead><tr><th scope="col">{head[0] || <span class="hidden">what</span>}</th>{head.slice(1).map((each, at) => <th scope="col" class="number"><i class={`dot k-${at}`} aria-hidden="true" />{each}</th>)}<td /></tr></thead>
        <tbody>
          {rows.map(([name, ...them]) => (
            <tr>
              <th scope="row">{name}</th>
              {them.map((each) => <td class="number">{thousands(each)}</td>)}
              <td class="bar" aria-hidden="true"><svg width="100%" height="12" preserveAspectRatio="none" viewBox={`0 0 ${most} 1`}>{them.map((each, at) => <rect class={`k-${at}`} x={them.slice(0, at).reduce((sum, one) => sum + one, 0)} width={each} height="1" />)}</svg></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

// One record, as text: what it is, what reaches it, what it is made of, and where each of it was read.
import type { ComponentChildren } from "preact";
import { core, ends, kindOf, label, maker, plural, thousands, upstreamWord, type Facts, type Step } from "./data";
import { Copy, href, More, Name, Out, Terms, useFacts, Way, Kicker } from "./ui";
import { about, audit, type Finding } from "./verdict";

const FEW = 24;

export function Record({ n }: { n: number }) {
  const { facts, error } = useFacts(n);
  const online = core.nodes.hub[n];
  return (
    <article class="record" aria-busy={!facts}>
      <Kicker>{kindOf(n)}{maker(n) && <> · {maker(n)}</>}{core.nodes.released[n] && <> · {core.nodes.released[n]}</>}</Kicker>
      <h1 tabIndex={-1}>{label(n)}</h1>
      {facts && <p class="lead">{facts.sentence} {facts.summary}</p>}
      {facts && <p class="marks">
        <Terms n={n} />
        {upstreamWord(n) && <span class={`mark u-${core.nodes.upstream[n]}`}>{upstreamWord(n)}</span>}
        <a class="jump" href="#picture" onClick={(event) => { event.preventDefault(); document.querySelector(".picture")?.scrollIntoView(); }}>see the picture</a>
        {online && <Out url={`https://huggingface.co/${core.nodes.model[n] ? "" : "datasets/"}${online}`}>{online}</Out>}
      </p>}
      {error && <p role="alert">The facts of this record could not be read: {error}</p>}
      {facts ? <Rest n={n} one={facts} /> : <div class="waiting" />}
    </article>
  );
}

function Rest({ n, one }: { n: number; one: Facts }) {
  return (
    <>
      <Verdict found={audit([[n, one]]).filter((each) => each.n !== n || !each.category.startsWith("benchmark"))} lead />
      <Writers one={one} />
      <Holds one={one} />
      <Steps title="Made from" side="up" steps={one.parents} one={one} n={n} />
      <Steps title="Made from it" side="down" steps={one.children} one={one} n={n} />
      {one.members.length > 0 && (
        <section>
          <h2>Versions <span class="count">{one.members.length}</span></h2>
          <ul class="plainlist">{one.members.map((m) => <li key={m}><Name n={m} /> <span class="faint">{[core.nodes.released[m], core.nodes.size[m]].filter(Boolean).join(" · ")}</span> <Terms n={m} /></li>)}</ul>
        </section>
      )}
      <Inherited one={one} />
      <Claims one={one} />
      <FactsTable n={n} one={one} />
      <p class="foot">
        <Copy text={() => citation(n)}>Copy a citation</Copy> · <a href={href(n)}>Address of this record</a><br />
        <span class="faint">{citation(n)}</span>
      </p>
    </>
  );
}

/** An address of this machine alone is of no use to a reader. */
const isPublic = () => location.protocol !== "file:" && !["127.0.0.1", "localhost"].includes(location.hostname);
export const citation = (n: number) =>
  `llmlineage, edition ${core.edition}: ${label(n)} (record ${core.nodes.id[n]}).${isPublic() ? ` ${new URL(href(n), location.href).href}` : ""}`;

export function Verdict({ found, lead = false, known = true }: { found: Finding[]; lead?: boolean; known?: boolean }) {
  const by = core.questions.map(([question, category]) => [question, category, found.filter((one) => one.category === category)] as const);
  const asked = by.filter(([, , them]) => them.length);
  const clear = by.filter(([, category, them]) => !them.length && category !== "no-record").map(([question]) => question);
  return (
    <section class="verdict">
      <h2>{lead ? "What reaches it" : "Verdict"}</h2>
      {!known && <p class="faint">Nothing is known of what it names.</p>}
      {asked.map(([question, category, them]) => (
        <More key={category} class={`finding c-${category}`} summary={
          <><span class="question">{question}</span><span class="many">{thousands(them.length)}</span><span class="case"><b>{them[0].n === null ? them[0].name : label(them[0].n)}</b> {about(them[0])}</span></>
        }>
          {() => <Cases them={them} />}
        </More>
      ))}
      {known && clear.length > 0 && <p class="clear">None found: {clear.join(", ")}.</p>}
    </section>
  );
}

function Cases({ them }: { them: Finding[] }) {
  return (
    <Some them={them} most={40}>
      {(one) => (
        <li key={one.name}>
          {one.n === null ? <b>{one.name}</b> : <Name n={one.n} />} <span class="faint">{about(one)}</span>
          {one.via.length > 0 && <More class="inner" summary="the way">{() => <Way via={one.via} />}</More>}
        </li>
      )}
    </Some>
  );
}

/** A list of which the first are shown, and the rest when they are asked for. */
export function Some<T>({ them, most, children, class: name = "plainlist" }: { them: T[]; most: number; children: (one: T) => ComponentChildren; class?: string }) {
  const rest = them.length > most + 4 ? them.slice(most) : [];
  const first = rest.length ? them.slice(0, most) : them;
  return (
    <>
      <ul class={name}>{first.map(children)}</ul>
      {rest.length > 0 && <More class="rest" summary={`${thousands(rest.length)} more`}>{() => <ul class={name}>{rest.map(children)}</ul>}</More>}
    </>
  );
}

function Writers({ one }: { one: Facts }) {
  if (!one.writers.length) return null;
  const what: Record<string, string> = { prompts: "prompts", responses: "answers", labels: "labels", data: "training data", weights: "weights" };
  return (
    <section>
      <h2>Models whose words stand in it <span class="count">{one.writers.length}</span></h2>
      <Some them={one.writers} most={8}>
        {([n, components, via]) => (
          <li key={n}>
            <Name n={n} /> <span class="faint">{components.map((each) => what[each] ?? each).join(" and ")}{via.length > 1 ? `, ${plural(via.length, "step")} up` : ""}</span> <Terms n={n} />
            <More class="inner" summary="the way">{() => <Way via={via} />}</More>
          </li>
        )}
      </Some>
    </section>
  );
}

function Holds({ one }: { one: Facts }) {
  if (!one.holds.length) return null;
  const word: Record<string, string> = { test: "test items", validation: "validation items", train: "the train split", unknown: "items of a split that is not said" };
  const groups = ["test", "unknown", "validation", "train"].map((split) => [split, one.holds.filter((row) => row[1] === split && row[2] !== "influence")] as const);
  return (
    <section>
      <h2>What holds its items <span class="count">{one.holds.length}</span></h2>
      {groups.filter(([, them]) => them.length).map(([split, them]) => (
        <More key={split} summary={<><b>{plural(them.length, "record")}</b> with {word[split]}</>} open={them.length <= 12}>
          {() => (
            <Some them={them} most={FEW}>
              {([n, , component, altered, via]) => (
                <li key={n}>
                  <Name n={n} kind /> <span class="faint">{component === "data" ? "trained on" : `in its ${component}`}{altered ? ", rewritten" : ""}</span>
                  <More class="inner" summary="the way">{() => <Way via={via} />}</More>
                </li>
              )}
            </Some>
          )}
        </More>
      ))}
    </section>
  );
}

function Steps({ title, side, steps, one, n }: { title: string; side: "up" | "down"; steps: Step[]; one: Facts; n: number }) {
  if (!steps.length) {
    const silent = side === "up" && { root: "Nothing: it was written by people, or collected from where they write.", undisclosed: "Its makers do not say.", unread: "No document of its makers was read yet.", partial: "", complete: "" }[core.nodes.upstream[n] as "root"];
    return silent ? <section><h2>{title}</h2><p>{silent}</p></section> : null;
  }
  return (
    <section>
      <h2>{title} <span class="count">{thousands(steps.length)}</span></h2>
      <Some them={steps} most={FEW} class="steps">{(step) => <StepItem key={step.edge} step={step} side={side} one={one} n={n} />}</Some>
    </section>
  );
}

function StepItem({ step, side, one, n }: { step: Step; side: "up" | "down"; one: Facts; n: number }) {
  const both = ends(step.edge);
  const far = side === "up" ? both.parent : both.child;
  const [title, url] = one.sources[step.source];
  const whole = core.nodes.weight[side === "up" ? n : far];
  const part = step.rows ? Number(step.rows.replace(/[~,]/g, "")) / whole : NaN;
  const share = !core.nodes.model[both.child] && part > 0 && part <= 1 ? `${part >= 0.1 ? Math.round(part * 100) : (part * 100).toFixed(1)} %` : "";
  const said = [step.along, step.rows && `${step.rows} rows`, share && `${share} of ${side === "up" ? "it" : label(far)}`, step.method && `by ${step.method}`, step.basis];
  return (
    <li>
      <div><span class="step">{both.step[side === "up" ? 1 : 2]}</span> <Name n={far} /> <Terms n={far} /></div>
      <div class="faint small">{said.filter(Boolean).join(" · ")}</div>
      {step.measured && <div class={`small measured ${step.verdict}`}>{step.measured}</div>}
      <More class="inner" summary="source">
        {() => <div class="cite"><Out url={url}>{title}</Out>{step.locator && <>, {step.locator}</>}{step.note && <div>{step.note}</div>}</div>}
      </More>
    </li>
  );
}

function Inherited({ one }: { one: Facts }) {
  if (!one.inherited.length) return null;
  const grave = [...one.inherited].sort((a, b) => b[11].length - a[11].length);
  return (
    <section>
      <h2>Licences and terms that reach it <span class="count">{one.inherited.length}</span></h2>
      {one.conflicts.length > 0 && (
        <ul class="conflicts">
          {one.conflicts.map(([message, via]) => <li>{message}. <More class="inner" summary="the way">{() => <Way via={via} />}</More></li>)}
        </ul>
      )}
      <Some them={grave} most={8}>
        {([place, provider, component, brings, origin, altered, via, share, also, alternatives, reading]) => {
          const licence = core.licences[place];
          return (
            <li>
              <span class="terms"><i class={`dot t-${licence.terms}`} aria-hidden="true" />{licence.name}</span>{" "}
              <span class="faint">{provider ? "for what " : "of "}<Name n={origin} />{provider ? " wrote" : brings === "weights" ? "’s weights" : ""}{component !== "weights" || brings === "text" ? `, in its ${component === "data" ? "training data" : component}` : ""}{altered ? ", text changed" : ""}{share ? `, ${Math.round(share * 100)} % of its rows` : ""}{also.length ? `; also ${also.length} others` : ""}{alternatives.length ? `; or ${alternatives.map((each) => core.licences[each].id).join(", ")}` : ""}{reading ? "; a reading" : ""}</span>
              <More class="inner" summary="the way">{() => <><Way via={via} />{also.length > 0 && <p class="small">Also from {also.map((each, at) => <>{at ? ", " : ""}<Name n={each} /></>)}</p>}</>}</More>
            </li>
          );
        }}
      </Some>
      <p class="faint small">This states what the cited sources say. It is no legal advice.</p>
    </section>
  );
}

function Claims({ one }: { one: Facts }) {
  if (!one.claims.length) return null;
  return (
    <section>
      <h2>Claims found and not accepted <span class="count">{one.claims.length}</span></h2>
      <ul class="plainlist">
        {one.claims.map((claim) => (
          <li>
            <b>{claim.attribute}</b>: {claim.stated} {claim.stated_by !== undefined && <span class="cite">says <Out url={one.sources[claim.stated_by][1]}>{one.sources[claim.stated_by][0]}</Out></span>}
            <div class="small">{claim.accepted ? <>Accepted: {claim.accepted}</> : "Not accepted"}. {claim.note}</div>
            {claim.source !== undefined && <div class="cite">Judged by <Out url={one.sources[claim.source][1]}>{one.sources[claim.source][0]}</Out>{claim.locator && <>, {claim.locator}</>}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function FactsTable({ n, one }: { n: number; one: Facts }) {
  const [title, url] = one.sources[one.source];
  const family = core.nodes.family[n];
  return (
    <section>
      <h2>Facts</h2>
      <table class="facts">
        <tbody>
          {one.facts.map(([name, said]) => (
            <tr><th scope="row">{name.replaceAll("_", " ")}</th><td>{name === "family" && family >= 0 ? <Name n={family} /> : name === "url" ? <Out url={said}>{said}</Out> : said}</td></tr>
          ))}
          {one.aliases.length > 0 && <tr><th scope="row">also called</th><td>{one.aliases.join(", ")}</td></tr>}
          <tr><th scope="row">read in</th><td><Out url={url}>{title}</Out>{one.locator && <>, {one.locator}</>}{one.second_read && <span class="faint"> · a second reader agreed on {one.second_read}</span>}</td></tr>
        </tbody>
      </table>
      {one.note && <p class="small note">{one.note}</p>}
    </section>
  );
}

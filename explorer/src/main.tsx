// The page: an address says what is shown, and every view has one.
import { Component, render, type ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import "./style.css";
import { Audit, auditOf } from "./audit";
import { byId, core, count, facts, label, open, plural, thousands } from "./data";
import { read, shown, ways, write, type View } from "./graph";
import { serve } from "./layout";
import { near, ready, resolve, search } from "./names";
import { Picture, type Axis } from "./picture";
import { Record } from "./record";
import { Search } from "./search";
import { Tree } from "./tree";
import { Name, More, Kicker } from "./ui";
import { line } from "./verdict";
import { Whole } from "./whole";
import { Pair, Why } from "./why";
import { Years } from "./years";

interface Route { path: string[]; said: URLSearchParams }

function parse(): Route {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const part = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return { path: path.split("/").map(part), said: new URLSearchParams(query ?? "") };
}

function App() {
  const [route, setRoute] = useState(parse);
  const shownPath = useRef(route.path.join("/"));
  useEffect(() => {
    const change = () => setRoute(parse());
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  const path = route.path.join("/");
  useEffect(() => {
    const title = document.querySelector("h1");
    document.title = `${title?.textContent ?? "llmlineage"} · llmlineage`;
    if (shownPath.current !== path) {
      shownPath.current = path;
      scrollTo(0, 0);
      title?.focus({ preventScroll: true });
    }
  }, [path]);
  const here = route.path[0];
  const tab = (to: string, text: string) => <a href={`#/${to}`} aria-current={here === to ? "page" : undefined}>{text}</a>;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.querySelector<HTMLElement>("h1")?.focus(); }}>To the content</a>
      <header>
        <a class="brand" href="#/">llmlineage</a>
        {here ? <Search /> : <span class="search" />}
        <nav aria-label="Views">{tab("audit", "Audit")}{tab("why", "Compare")}{tab("years", "Timeline")}{tab("field", "Field")}<Light /></nav>
      </header>
      <main id="main"><Boundary key={path}><Body route={route} /></Boundary></main>
      <footer>Edition {core.edition} · {thousands(count)} records · data CC0-1.0, code Apache-2.0 · <a href="licences.txt">licences of what this page holds</a> · It states what the cited sources say, and is no legal advice.</footer>
    </>
  );
}

class Boundary extends Component<{ children: ComponentChildren }, { failed?: Error }> {
  componentDidCatch(failed: Error) {
    this.setState({ failed });
  }
  render() {
    return this.state.failed ? <article class="record"><h1 tabIndex={-1}>This view failed</h1><p role="alert">{String(this.state.failed.message)}</p></article> : this.props.children;
  }
}

function Body({ route: { path, said } }: { route: Route }) {
  const [first, second, third] = path;
  if (first === "r" && second) return <Asked name={second}>{(n) => <One key={n} n={n} said={said} />}</Asked>;
  if (first === "why" && second && third) return <Asked name={second}>{(a) => <Asked name={third}>{(b) => <Why first={a} second={b} />}</Asked>}</Asked>;
  if (first === "why") return <article class="record"><Kicker>Two records</Kicker><h1 tabIndex={-1}>The ways between two records</h1><p class="lead">And what each has that the other lacks: OpenHermes-2 and OpenHermes-2.5, say.</p><Pair /></article>;
  if (first === "years") return <Years picked={byId.get(said.get("r") ?? "")} year={said.get("y") ?? undefined} />;
  if (first === "field") return <Whole />;
  if (first === "audit") return <Audit names={(said.get("names") ?? "").split("\n").filter(Boolean)} />;
  return <Home />;
}

/** A record by its id, or else by any name that it has. */
function Asked({ name, children }: { name: string; children: (n: number) => ComponentChildren }) {
  const [found, set] = useState<{ name: string; n?: number; close: number[] } | null>(byId.has(name) ? { name, n: byId.get(name), close: [] } : null);
  useEffect(() => {
    if (byId.has(name)) set({ name, n: byId.get(name), close: [] });
    else ready().then(() => set({ name, n: resolve(name)[0], close: near(name) }));
  }, [name]);
  if (found?.name !== name) return byId.has(name) ? <>{children(byId.get(name)!)}</> : null;
  if (found.n !== undefined) return <>{children(found.n)}</>;
  return <article class="record"><h1 tabIndex={-1}>Nothing is called {name}</h1>{found.close.length > 0 && <p>Closest: {found.close.map((n, at) => <>{at ? ", " : ""}<Name n={n} /></>)}</p>}</article>;
}

function One({ n, said }: { n: number; said: URLSearchParams }) {
  const [view, setView] = useState<View>(() => read(n, said));
  const axis: Axis = said.get("axis") === "time" ? "time" : "depth";
  const seen = useMemo(() => shown(view), [view]);
  const text = said.toString();
  useEffect(() => setView(read(n, said)), [text]);
  const change = (next: View, on: Axis = axis) => {
    setView(next);
    const address = write(next, { axis: on === "time" ? "time" : "" });
    // What is opened in a picture is no page of its own to go back through.
    history.replaceState(null, "", address);
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return (
    <div class="split">
      <Record n={n} />
      <aside class="side" aria-label="The graph around it">
        <Picture view={view} axis={axis} onView={(next) => change(next)} onAxis={(on) => change(view, on)} />
        <More class="treebox" summary="The same as a list">{() => <Tree view={view} seen={seen} onView={(next) => change(next)} />}</More>
      </aside>
    </div>
  );
}

const EXAMPLES: [string, string][] = [
  ["openhermes-2.5", "What is OpenHermes 2.5 made of?"],
  ["zephyr-7b-beta", "What is Zephyr 7B made of?"],
  ["gsm8k", "Which sets hold GSM8K?"],
  ["tulu-3-sft-mixture", "Who wrote the rows of Tülu 3?"],
];

function Home() {
  const models = core.nodes.model.reduce((sum, one) => sum + one, 0);
  return (
    <article class="home">
      <h1 tabIndex={-1}>What is it made of?</h1>
      <p class="lead">{thousands(count - models)} open datasets and {thousands(models)} models, {thousands(core.edges.child.length)} steps between them, each with the document that says so.</p>
      <Search big />
      <ul class="examples">
        {EXAMPLES.filter(([id]) => byId.has(id)).map(([id, text]) => <li><a href={`#/r/${id}`}>{text}</a></li>)}
        {byId.has("openhermes-2-mix") && byId.has("openhermes-2.5") && <li><a href="#/why/openhermes-2-mix/openhermes-2.5">What changed between OpenHermes 2 and 2.5?</a></li>}
        <li><a href="#/audit">May I sell a model trained on this mix?</a></li>
      </ul>
      <p class="faint small">A name in any spelling, a Hub id or an address. <code>2+name+1</code> opens two steps up and one down. The key <kbd>/</kbd> leads to the search from anywhere.</p>
    </article>
  );
}

function Light() {
  const kept = () => {
    try {
      return localStorage.getItem("llmlineage-light") ?? "";
    } catch {
      return "";
    }
  };
  const [light, set] = useState(kept);
  useEffect(() => {
    if (light) document.documentElement.dataset.light = light;
    else delete document.documentElement.dataset.light;
    try {
      if (light) localStorage.setItem("llmlineage-light", light);
      else localStorage.removeItem("llmlineage-light");
    } catch {
      // a frame or a file may keep nothing
    }
  }, [light]);
  const dark = light ? light === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return <button type="button" class="plain light" aria-label={dark ? "Use light colours" : "Use dark colours"} onClick={() => set(dark ? "light" : "dark")}>{dark ? "☀" : "☾"}</button>;
}

async function begin(): Promise<void> {
  // A page that was opened from a folder cannot read the files beside it; the same in one file can.
  if (location.protocol === "file:" && !document.getElementById("core")) {
    location.replace(`offline.html${location.hash}`);
    return;
  }
  const app = document.getElementById("app")!;
  try {
    await open();
  } catch (failed) {
    render(<main><h1>The data could not be read</h1><p role="alert">{String((failed as Error).message)}</p></main>, app);
    return;
  }
  // On its way while the picture is laid out.
  const asked = byId.get(parse().path[1] ?? "");
  if (asked !== undefined) facts(asked).catch(() => undefined);
  render(<App />, app);
  addEventListener("beforeprint", () => document.querySelectorAll("article details").forEach((one) => ((one as HTMLDetailsElement).open = true)));
  // For tests, and for who wants the same answers in the console.
  Object.assign(window, {
    llmlineage: {
      ready, search, resolve: (name: string) => resolve(name).map((n) => core.nodes.id[n]), plural, label,
      audit: async (names: string[]) => (await auditOf(names)).found,
      verdict: async (names: string[]) => {
        const { found } = await auditOf(names);
        const of = (category: string) => found.filter((one) => one.category === category);
        return core.questions.filter(([, category]) => of(category).length).map(([, category]) => [category, of(category).length, line(of(category))]);
      },
      ways: (a: string, b: string) => ways(byId.get(a)!, byId.get(b)!, 1e6).map((via) => via.length),
    },
  });
}

if (typeof document === "undefined") serve();
else void begin();

// Small pieces that several views share.
import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { cited, citedNow, core, ends, facts, isOnline, isVirtual, kindOf, label, licenceName, terms, type Facts, type Terms } from "./data";

export const href = (n: number) => `#/r/${encodeURIComponent(core.nodes.id[n])}`;
export const go = (address: string) => {
  location.hash = address.replace(/^#/, "");
};

export function Name({ n, kind = false }: { n: number; kind?: boolean }) {
  return (
    <>
      <a class="name" href={href(n)} title={core.nodes.id[n]}>{label(n)}</a>
      {kind && <span class="faint"> {kindOf(n)}</span>}
    </>
  );
}

export function Out({ url, children }: { url: string; children: ComponentChildren }) {
  return isOnline(url) ? <a href={url} rel="noreferrer noopener" target="_blank">{children}</a> : <span>{children} {url}</span>;
}

export const TERMS: Record<Terms, string> = {
  open: "open", "share-alike": "share-alike", conditional: "with conditions", noncommercial: "non-commercial",
  provider: "provider’s terms", unstated: "none stated", unlooked: "not looked up",
};

/** The licence of a record, with the colour that pictures give it. */
export function Terms({ n }: { n: number }) {
  const said = licenceName(n);
  return said ? <span class="terms"><i class={`dot t-${terms(n)}`} aria-hidden="true" />{said}</span> : null;
}

export function useFacts(n: number): { facts?: Facts; error?: string } {
  const [state, set] = useState<{ n: number; facts?: Facts; error?: string }>({ n });
  useEffect(() => {
    let current = true;
    facts(n).then(
      (found) => current && set({ n, facts: found }),
      (error) => current && set({ n, error: String(error.message ?? error) }),
    );
    return () => {
      current = false;
    };
  }, [n]);
  return state.n === n ? state : {};
}

/** Draws again only where something that it was given is another; what was given as a function stays. */
export function still<T extends object>(View: ComponentType<T>): ComponentType<T> {
  return class extends Component<T> {
    shouldComponentUpdate(next: T) {
      const keys = Object.keys(next) as (keyof T)[];
      return keys.some((key) => next[key] !== this.props[key] && typeof next[key] !== "function");
    }
    render() {
      return <View {...(this.props as T)} />;
    }
  };
}

/** A way of steps from a record upwards, each with the document that says so, once it is opened. */
export function Way({ via }: { via: number[] }) {
  return (
    <ol class="way">
      {via.map((e) => <WayStep key={e} e={e} />)}
    </ol>
  );
}

function WayStep({ e }: { e: number }) {
  const [said, set] = useState(() => citedNow(e));
  useEffect(() => {
    cited(e).then(set, () => set(null));
  }, [e]);
  const { child, parent, step } = ends(e);
  return (
    <li>
      <Name n={child} /> <span class="step">{step[1]}</span> <Name n={parent} />
      {said && (
        <div class="cite">
          {[said.step.along, said.step.rows && `${said.step.rows} rows`, said.step.basis].filter(Boolean).map((one) => <span>{one} · </span>)}
          <Out url={said.url}>{said.title}</Out>
          {said.step.locator && <>, {said.step.locator}</>}
          {said.step.note && <div>{said.step.note}</div>}
        </div>
      )}
      {isVirtual(e) && <div class="cite">a version of the family</div>}
    </li>
  );
}

/** Something that opens: its content is made only then. */
export function More({ summary, children, open = false, class: name = "" }: { summary: ComponentChildren; children: () => ComponentChildren; open?: boolean; class?: string }) {
  const [is, set] = useState(open);
  return (
    <details class={name} open={is} onToggle={(event) => set((event.currentTarget as HTMLDetailsElement).open)}>
      <summary>{summary}</summary>
      {is && children()}
    </details>
  );
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function Copy({ text, children }: { text: () => string; children: ComponentChildren }) {
  const [done, set] = useState(false);
  useEffect(() => {
    if (!done) return;
    const later = setTimeout(() => set(false), 1600);
    return () => clearTimeout(later);
  }, [done]);
  return (
    <button type="button" class="plain" onClick={async () => set(await copy(text()))}>
      {done ? "Copied" : children}
    </button>
  );
}

/** What kind of view it is, and a button that every one has: its address. */
export function Kicker({ children }: { children: ComponentChildren }) {
  return (
    <div class="kicker">
      <p>{children}</p>
      <Copy text={() => location.href}>Copy link</Copy>
    </div>
  );
}

export function download(name: string, content: Blob | string, type = "text/plain"): void {
  const blob = typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// One box: a name as people write it, words, or an expression such as 2+name+1.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { core, kindOf, label } from "./data";
import { expression, ready, resolve, search } from "./names";
import { start, write } from "./graph";
import { go, href } from "./ui";

export function Search({ big = false }: { big?: boolean }) {
  const [text, setText] = useState("");
  const [hits, setHits] = useState<number[]>([]);
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<{ name: string; up?: number; down?: number }>({ name: "" });
  const box = useRef<HTMLInputElement>(null);
  const list = useId();

  useEffect(() => {
    if (big) box.current?.focus({ preventScroll: true });
    const key = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key === "/" && !/^(input|textarea|select)$/i.test(target.tagName) && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        box.current?.focus();
        box.current?.select();
      }
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [big]);

  const look = async (typed: string) => {
    setText(typed);
    await ready();
    if (box.current && box.current.value !== typed) return;
    const asked = expression(typed);
    setSaid(asked);
    setHits(asked.name ? search(asked.name) : []);
    setAt(0);
    setOpen(true);
  };
  const pick = (n: number) => {
    setOpen(false);
    setText("");
    box.current?.blur();
    go(said.up === undefined ? href(n) : write({ ...start(n), up: said.up, down: said.down ?? 0 }));
  };
  const key = async (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((now) => Math.min(now + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setAt((now) => Math.max(now - 1, 0));
    else if (event.key === "Escape") {
      if (!open) return;
      setOpen(false);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const typed = box.current!.value;
      await ready();
      const now = open && hits.length && text === typed ? hits[at] : search(expression(typed).name)[0];
      if (now !== undefined) pick(now);
      return;
    } else return;
    event.preventDefault();
  };
  const exact = hits.length ? resolve(said.name).length > 0 : false;
  return (
    <div class={`search${big ? " big" : ""}`} role="search">
      <input
        ref={box} type="text" inputMode="search" role="combobox" aria-label="Find a dataset or model" aria-expanded={open && hits.length > 0} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={open && hits.length ? `${list}-${at}` : undefined} placeholder={big ? "A dataset or model: a name, a Hub id, an address" : "Search"} autocomplete="off" autocapitalize="off" spellcheck={false} value={text}
        onInput={(event) => look((event.target as HTMLInputElement).value)} onKeyDown={key} onFocus={() => text && setOpen(true)} onBlur={() => setTimeout(() => setOpen(false), 150)}
      />
      {!big && <kbd aria-hidden="true">/</kbd>}
      <ul id={list} role="listbox" aria-label="Records found" hidden={!(open && text && hits.length)}>
        {hits.map((n, place) => (
          <li key={n} id={`${list}-${place}`} role="option" aria-selected={place === at} onMouseDown={(event) => { event.preventDefault(); pick(n); }} onMouseMove={() => setAt(place)}>
            <span class="name">{label(n)}</span> <span class="faint">{kindOf(n)} · {core.nodes.id[n]}</span>
            {said.up !== undefined && place === at && <span class="faint"> · {said.up === Infinity ? "all" : said.up} up, {said.down === Infinity ? "all" : said.down} down</span>}
          </li>
        ))}
      </ul>
      {open && text.trim() && !hits.length && <p class="none" role="status">Nothing is called so.</p>}
      <span class="hidden" role="status">{open && text ? `${hits.length} found${exact ? ", the first by its name" : ""}` : ""}</span>
    </div>
  );
}

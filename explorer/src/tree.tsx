// What the picture shows, as a list: for a screen reader, for print, and for who would rather read.
import { core, down, ends, label, licenceName, plural, thousands, upstreamWord } from "./data";
import { edgesUp, type Shown, type View } from "./graph";
import { Name } from "./ui";

export function Tree({ view, seen, onView }: { view: View; seen: Shown; onView: (view: View) => void }) {
  return (
    <div class="tree">
      {(["up", "down"] as const).map((side) => {
        const state = seen.nodes.get(view.root)!;
        const is = side === "up" ? state.openUp : state.openDown;
        return is ? (
          <div key={side}>
            <h3>{side === "up" ? "Made from" : "Made from it"}</h3>
            <Branch n={view.root} side={side} view={view} seen={seen} onView={onView} said={new Set([view.root])} />
          </div>
        ) : null;
      })}
    </div>
  );
}

function Branch({ n, side, view, seen, onView, said }: { n: number; side: "up" | "down"; view: View; seen: Shown; onView: (view: View) => void; said: Set<number> }) {
  const far = new Map<number, string[]>();
  for (const e of side === "up" ? edgesUp(n, view.root) : down[n]) {
    const both = ends(e);
    const other = side === "up" ? both.parent : both.child;
    const word = both.step[side === "up" ? 1 : 2];
    far.set(other, [...new Set([...(far.get(other) ?? []), word])]);
  }
  const fold = seen.folds.find((one) => one.at === n && one.side === side);
  const them = [...far].filter(([other]) => seen.nodes.has(other));
  return (
    <ul>
      {them.map(([other, words]) => {
        const state = seen.nodes.get(other)!;
        const isOpen = side === "up" ? state.openUp : state.openDown;
        const more = side === "up" ? state.moreUp : state.moreDown;
        const again = said.has(other);
        if (!again) said.add(other);
        const toggle = () => {
          const [plus, minus] = side === "up" ? (["plusUp", "minusUp"] as const) : (["plusDown", "minusDown"] as const);
          const next = { ...view, [plus]: new Set(view[plus]), [minus]: new Set(view[minus]) };
          next[isOpen ? plus : minus].delete(other);
          next[isOpen ? minus : plus].add(other);
          onView(next);
        };
        const hint = [core.nodes.size[other], licenceName(other), upstreamWord(other)].filter(Boolean).join(" · ");
        return (
          <li key={other}>
            <span class="step">{words.join(", ")}</span> <Name n={other} /> <span class="faint small">{hint}</span>
            {again && isOpen ? <span class="faint small"> · told above</span> : (isOpen || more > 0) && (
              <button type="button" class="plain small" aria-expanded={isOpen} onClick={toggle}>
                {isOpen ? "hide" : `show ${thousands(more)}`}
                <span class="hidden"> {side === "up" ? "parents" : "children"} of {label(other)}</span>
              </button>
            )}
            {isOpen && !again && <Branch n={other} side={side} view={view} seen={seen} onView={onView} said={said} />}
          </li>
        );
      })}
      {fold && <li><button type="button" class="plain" onClick={() => onView({ ...view, open: new Set([...view.open, fold.key]) })}>{plural(fold.them.length, "more record")}</button></li>}
    </ul>
  );
}

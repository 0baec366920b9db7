// What is shown, as files: SVG, PNG, CSV, JSON and Mermaid.
import { cited, core, ends, isVirtual, label } from "./data";
import type { Shown } from "./graph";

/** The picture on its own: the whole of it, with the colours that it has now. */
export function svgOf(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const all = copy.querySelector(".pic-all")!;
  const box = (svg.querySelector(".pic-all") as SVGGElement).getBBox();
  all.removeAttribute("transform");
  for (const one of copy.querySelectorAll(".pic-handle")) one.remove();
  // Where no knob stands, the arrow reaches over its place.
  copy.querySelector("marker")?.setAttribute("refX", "-1.2");
  for (const one of copy.querySelectorAll(".is-dim, .is-lit")) one.classList.remove("is-dim", "is-lit");
  const [x, y, width, height] = [box.x - 16, box.y - 16, box.width + 32, box.height + 32].map(Math.round);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = pictureStyle();
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, class: "pic-ground" })) ground.setAttribute(name, String(value));
  copy.prepend(style, ground);
  return new XMLSerializer().serializeToString(copy);
}

function pictureStyle(): string {
  const own = getComputedStyle(document.documentElement);
  const rules: string[] = [];
  const values = new Set<string>();
  for (const sheet of document.styleSheets)
    for (const rule of sheet.cssRules)
      if (rule instanceof CSSStyleRule && /\.pic|\.t-/.test(rule.selectorText) && !/:(hover|focus)/.test(rule.selectorText)) {
        rules.push(rule.cssText);
        for (const [, name] of rule.cssText.matchAll(/var\((--[\w-]+)/g)) values.add(name);
      }
  const given = [...values].map((name) => `${name}:${own.getPropertyValue(name).trim()}`).join(";");
  return `svg{${given};font-family:system-ui,sans-serif}${rules.join("")}`;
}

export async function pngOf(svg: SVGSVGElement): Promise<Blob> {
  const text = svgOf(svg);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const most = 8000; // what every browser can make
  const scale = Math.min(2, most / image.width, most / image.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

const all = (seen: Shown) => [...new Set([...seen.drawn.flatMap((one) => one.edges)])];
const inFolds = (seen: Shown) => seen.folds.flatMap((fold) => fold.them);

export async function csvOf(seen: Shown): Promise<string> {
  // A cell that a table program would work out is kept a text.
  const cell = (text: string) => {
    const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  const rows = [["child", "relation", "parent", "part", "rows", "basis", "source", "locator"]];
  for (const e of all(seen)) {
    const { child, parent, step } = ends(e);
    const one = await cited(e);
    rows.push([core.nodes.id[child], step[0], core.nodes.id[parent], one?.step.along ?? "", (one?.step.rows ?? "").replace(/,/g, ""), one?.step.basis ?? "stated", one?.url ?? "", one?.step.locator ?? ""]);
  }
  return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

export async function jsonOf(root: number, seen: Shown): Promise<string> {
  const { nodes } = core;
  const edges = await Promise.all(
    all(seen).filter((e) => !isVirtual(e)).map(async (e) => {
      const { child, parent, step } = ends(e);
      const one = await cited(e);
      return {
        child: nodes.id[child], relation: step[0], parent: nodes.id[parent], part: one?.step.along ?? null, rows: one?.step.rows ?? null,
        basis: one?.step.basis ?? "stated", note: one?.step.note ?? null, source: one ? { title: one.title, url: one.url } : null, locator: one?.step.locator ?? null,
      };
    }),
  );
  const records = [...seen.nodes].map(([n, one]) => ({
    id: nodes.id[n], type: nodes.model[n] ? "model" : "dataset", name: nodes.name[n], kind: nodes.kind[n], hub_id: nodes.hub[n] || null,
    released: nodes.released[n] || null, license: core.licences[nodes.licence[n]]?.id ?? null, size: nodes.size[n] || null, upstream: nodes.upstream[n], depth: one.depth,
  }));
  return JSON.stringify({ root: nodes.id[root], edition: core.edition, nodes: records, edges, folded: inFolds(seen).map((n) => nodes.id[n]) }, null, 2);
}

/** A flowchart for Markdown; every character that Mermaid would read is written as its code. */
export function mermaidOf(seen: Shown): string {
  const safe = (text: string) => text.replace(/[^\p{L}\p{N} ._-]/gu, (mark) => `#${mark.codePointAt(0)};`);
  const lines = ["flowchart LR"];
  for (const n of seen.nodes.keys()) lines.push(core.nodes.model[n] ? `  n${n}(["${safe(label(n))}"])` : `  n${n}["${safe(label(n))}"]`);
  for (const one of seen.drawn) {
    const said = [...new Set(one.edges.map((e) => ends(e).step[1]))].join(", ");
    const dotted = one.edges.every((e) => ends(e).step[3] === "influence");
    lines.push(`  n${one.parent} ${dotted ? "-.->" : "-->"}|"${safe(said)}"| n${one.child}`);
  }
  return lines.join("\n") + "\n";
}

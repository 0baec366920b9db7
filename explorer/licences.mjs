// What is bundled into the page, with its licence, to be shipped beside it.
import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

const page = "../llmlineage/explorer/page";
const bundled = ["preact", "minisearch", "@dagrejs/dagre", "@dagrejs/graphlib"];
const texts = bundled.flatMap((name) => {
  let folder = `node_modules/${name}`;
  let told;
  try {
    told = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  } catch {
    return [];
  }
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  return [`${told.name} ${told.version}, ${told.license}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`];
});
writeFileSync(`${page}/licences.txt`, `The explorer's page holds these libraries.\n\n${texts.join("\n----\n\n")}`);
copyFileSync("src/plain.css", `${page}/plain.css`);

// An esbuild plugin: takes the line breaks and indentation out of the css``, html`` and svg`` templates of the elements, which no minifier
// touches. What a person sees stays the same: in markup a run of white space with a line break becomes one line break.
import { readFileSync } from "node:fs";
import { ts } from "@custom-elements-manifest/analyzer/index.js";

const tags = new Set(["css", "html", "svg"]);

const tighten = {
  html: (text) => text.replace(/\s*\n\s*/g, "\n"),
  css: (text) =>
    text
      .split(/("[^"]*")/)
      .map((part) =>
        part.startsWith('"')
          ? part
          : part
              .replace(/\/\*.*?\*\//gs, "")
              .replace(/\s+/g, " ")
              .replace(/ ?([{};,]) ?/g, "$1")
              .replace(/: /g, ":"),
      )
      .join(""),
};

/** The literal parts of a template, without what is put in between. */
const literals = (template) =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? [template]
    : [template.head, ...template.templateSpans.map(({ literal }) => literal)];

export function minifyTemplates(text, path) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const edits = [];
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && tags.has(node.tag.getText(file))) {
      const css = node.tag.getText(file) === "css";
      const parts = literals(node.template);
      // White space beside a value of a style rule may matter: such a template stays as it is.
      if (!css || parts.length === 1)
        for (const part of parts)
          edits.push({ from: part.getStart(file), to: part.end, by: css ? tighten.css : tighten.html });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let tight = "";
  let done = 0;
  for (const { from, to, by } of edits.sort((a, b) => a.from - b.from)) {
    tight += text.slice(done, from) + by(text.slice(from, to));
    done = to;
  }
  return tight + text.slice(done);
}

export const templateMinifier = {
  name: "minify-templates",
  setup(context) {
    context.onLoad({ filter: /[\\/]lib[\\/]ui[\\/].*\.ts$/ }, ({ path }) => ({
      contents: minifyTemplates(readFileSync(path, "utf8"), path),
      loader: "ts",
    }));
  },
};

/** What was chosen in a playground: what the code shows is what the element gets. */
export interface Choice {
  readonly tag: string;
  /** Of the element; "" is an attribute without a value. */
  readonly attributes: ReadonlyMap<string, string>;
  /** HTML of each slot by its name; "" is the default slot. */
  readonly slots: ReadonlyMap<string, string>;
  /** Custom properties with their values. */
  readonly looks: ReadonlyMap<string, string>;
  /** The part to outline. */
  readonly part: string;
}

const escapeHtml = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The element as HTML, one attribute a line where there are many. */
export function markupOf({ tag, attributes, slots }: Choice): string {
  const words = [...attributes].map(([name, value]) => (value === "" ? name : `${name}="${escapeHtml(value)}"`));
  const inline = [`<${tag}`, ...words].join(" ");
  const open = inline.length <= 80 ? inline : [`<${tag}`, ...words.map((word) => `  ${word}`)].join("\n");
  const inside = [...slots].map(([name, text]) =>
    name === "" ? `  <p>${escapeHtml(text)}</p>` : `  <span slot="${name}">${escapeHtml(text)}</span>`,
  );
  return inside.length === 0 ? `${open}></${tag}>` : `${open}>\n${inside.join("\n")}\n</${tag}>`;
}

/** Style rules of the choice; "" where nothing was changed. */
export function stylesOf({ tag, looks, part }: Choice): string {
  const own = [...looks].map(([name, value]) => `  ${name}: ${value};\n`).join("");
  const rules = [
    own && `${tag} {\n${own}}`,
    part && `${tag}::part(${part}) {\n  outline: 3px dashed deeppink;\n  outline-offset: 2px;\n}`,
  ];
  return rules.filter(Boolean).join("\n");
}

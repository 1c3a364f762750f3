// Type declarations for templates of React (and others with JSX) and Vue, made from the custom-elements manifest. They name types of the
// published declarations only; importing them runs nothing.
import { elementsOf, propertiesOf } from "./manifest.mjs";

const header = (what, how) => `/** ${what} Types only: \`${how}\` */\n`;
const quoted = (name) => (/^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name));
const comment = ({ description }) => (description ? `    /** ${description.replaceAll("*/", "* /")} */\n` : "");

/** Declarations by the name of the entry: `voicebridge/jsx`, `voicebridge/vue`, and of `voicebridge/react`, which has a script as well. */
export function typings(manifest) {
  const elements = elementsOf(manifest);
  return { jsx: jsx(elements), vue: vue(elements), react: react(elements) };
}

/** `rename`: what a class is called here. */
function imports(elements, rename = "") {
  const classes = elements.map(({ name, tagName }) => {
    const local = rename === "" ? name : `${name} as ${name}${rename}`;
    return `import type { ${local} } from "./lib/ui/${tagName}/${tagName}.d.ts";\n`;
  });
  return `${classes.join("")}import type { VoiceEventMap } from "./lib/ui/define.d.ts";\n`;
}

/** Attributes in the spelling of HTML, and properties in that of the class. */
function props(element) {
  const { name, attributes = [] } = element;
  const properties = propertiesOf(element);
  const isFlag = ({ fieldName }) => properties.find((field) => field.name === fieldName)?.type?.text === "boolean";
  const lines = attributes
    .filter((attribute) => !properties.some((field) => field.name === attribute.name) && attribute.name !== "lang")
    .map(
      (attribute) =>
        `${comment(attribute)}    ${quoted(attribute.name)}?: ${isFlag(attribute) ? "boolean" : "string"} | undefined;\n`,
    );
  const fields = properties.map(
    (field) => `${comment(field)}    ${quoted(field.name)}?: ${name}[${JSON.stringify(field.name)}] | undefined;\n`,
  );
  return [...lines, ...fields].join("");
}

/** A listener at the element hears events of its parts as well, so every element may listen to all of them. */
const ownEvents = ({ events = [] }) => events.map(({ name }) => name);

function jsx(elements) {
  const interfaces = elements.map((element) => {
    const handlers = ownEvents(element)
      .map((event) => `    "on${event}"?: ((event: VoiceEventMap["${event}"]) => void) | undefined;\n`)
      .join("");
    return `  interface ${element.name}Props {\n${props(element)}${handlers}  }\n`;
  });
  const tags = elements.map(({ name, tagName }) => `      "${tagName}": HtmlProps<${name}> & ${name}Props;\n`).join("");
  return `${header(
    "The elements as JSX knows them: attributes, properties and `onvoice-…` handlers (React 19).",
    'import type {} from "voicebridge/jsx";',
  )}import type { DetailedHTMLProps, HTMLAttributes } from "react";
${imports(elements)}
declare namespace Voice {
${interfaces.join("")}}
type HtmlProps<Element> = Omit<DetailedHTMLProps<HTMLAttributes<Element>, Element>, "children"> & {
  readonly children?: import("react").ReactNode;
  /** React hands \`class\` of a custom element on as it is. */
  readonly class?: string | undefined;
};
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
${tags.replaceAll("& Voice", "& Voice.Voice")}    }
  }
}
`;
}

/** Components with the properties of their class; an attribute is written as the property it belongs to. */
function react(elements) {
  const components = elements.map((element) => {
    const { name } = element;
    const fields = propertiesOf(element)
      .map(
        (field) =>
          `${comment(field)}    ${quoted(field.name)}?: ${name}Element[${JSON.stringify(field.name)}] | undefined;\n`,
      )
      .join("");
    return `export interface ${name}Props extends Common<${name}Element, "${propertiesOf(element)
      .map((field) => field.name)
      .join('" | "')}"> {\n${fields}${handlersOf(element)}}
${docOf(element)}export declare const ${name}: Component<${name}Element, ${name}Props>;
`.replaceAll(/^ {4}/gm, "  ");
  });
  return `/** The elements as React components: properties, and \`onVoiceEnded\` for \`voice-ended\`. Importing it registers the elements. */
import type { ForwardRefExoticComponent, HTMLAttributes, ReactNode, RefAttributes } from "react";
${imports(elements, "Element")}
type Common<Element, Own extends string> = Omit<HTMLAttributes<Element>, Own | "children"> & {
  /** Goes into the slots of the element. */
  readonly children?: ReactNode;
};
type Component<Element, Props> = ForwardRefExoticComponent<Props & RefAttributes<Element>>;

${components.join("\n")}`;
}

const docOf = ({ description }) => (description ? `/** ${description.replaceAll("*/", "* /")} */\n` : "");

const handlersOf = (element) =>
  ownEvents(element)
    .map((event) => `    ${quoted(handlerName(event))}?: ((event: VoiceEventMap["${event}"]) => void) | undefined;\n`)
    .join("");

function vue(elements) {
  const entries = elements.map((element) => {
    return `  interface ${element.name}Props {\n${props(element)}${handlersOf(element)}  }\n`;
  });
  const tags = elements
    .map(
      ({ name, tagName }) => `    "${tagName}": new () => ${name} & { $props: HTMLAttributes & Voice.${name}Props };\n`,
    )
    .join("");
  return `${header("The elements as templates of Vue know them.", 'import type {} from "voicebridge/vue";')}import type { HTMLAttributes } from "vue";
${imports(elements)}
declare namespace Voice {
${entries.join("")}}
declare module "vue" {
  interface GlobalComponents {
${tags}  }
}
`;
}

/** `@voice-ended` in a template is `onVoiceEnded` to its type checker. */
const handlerName = (event) => `on${event.replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase())}`;

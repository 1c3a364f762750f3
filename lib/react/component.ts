import {
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from "react";
import { eventOf, Listeners } from "./listeners.ts";

/** What of a Lit class says how its properties are written as attributes. */
export interface ElementClass<Element extends HTMLElement> {
  new (): Element;
  /** Reading it makes Lit collect `elementProperties`. */
  readonly observedAttributes: readonly string[];
  readonly elementProperties: ReadonlyMap<
    PropertyKey,
    { readonly attribute?: boolean | string; readonly state?: boolean }
  >;
}

type Props = Readonly<Record<string, unknown>>;

/** How React knows an element; the published declarations give each its own props. */
export type Component<Element extends HTMLElement> = ForwardRefExoticComponent<Props & RefAttributes<Element>>;

/** Where there is no page, React warns of layout effects, and none runs. */
const useCommitEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/**
 * A React component that renders `<tag>` and nothing else. Properties that have an attribute are rendered as one, on a server too; the others
 * are set when React has put the element on the page, before it renders for the first time. `onVoiceEnded` listens to `voice-ended`, and so on.
 * Everything else, and the children, is handed on.
 */
export function component<Element extends HTMLElement>(
  tag: string,
  elementClass: ElementClass<Element>,
): Component<Element> {
  const attributes = attributesOf(elementClass);
  const made = forwardRef<Element, Props>((props, ref) => {
    register(tag, elementClass);
    const element = useRef<Element>(null);
    const listeners = useRef<Listeners>(undefined);
    const before = useRef<Props>({});
    const originals = useRef(new Map<string, unknown>());
    const { rendered, assigned, handlers } = sort(props, attributes);
    useImperativeHandle(ref, () => element.current as Element, []);
    useCommitEffect(() => {
      if (!element.current) return;
      assign(element.current, before.current, assigned, originals.current);
      before.current = assigned;
      listeners.current ??= new Listeners(element.current);
      listeners.current.follow(handlers);
    });
    useCommitEffect(() => () => listeners.current?.follow(new Map()), []);
    return createElement(tag, { ...rendered, ref: element });
  });
  made.displayName = elementClass.name;
  return made;
}

/** What `voicebridge/elements` leaves to the page, because not every page needs it, is registered by the first that renders it. */
function register(tag: string, elementClass: ElementClass<HTMLElement>): void {
  if (typeof customElements === "undefined" || customElements.get(tag) !== undefined) return;
  customElements.define(tag, elementClass);
}

/** The attribute of each property, undefined where it has none. */
function attributesOf({ observedAttributes, elementProperties }: ElementClass<HTMLElement>) {
  void observedAttributes;
  const attributes = new Map<string, string | undefined>();
  for (const [name, { attribute, state }] of elementProperties) {
    if (typeof name !== "string" || state) continue;
    attributes.set(
      name,
      attribute === false ? undefined : typeof attribute === "string" ? attribute : name.toLowerCase(),
    );
  }
  return attributes;
}

function sort(props: Props, attributes: ReadonlyMap<string, string | undefined>) {
  const rendered: Record<string, unknown> = {};
  const assigned: Record<string, unknown> = {};
  const handlers = new Map<string, unknown>();
  for (const [name, value] of Object.entries(props)) {
    const event = eventOf(name);
    const attribute = name === "className" ? "class" : (attributes.get(name) ?? name);
    if (event !== undefined) handlers.set(event, value);
    else if (attributes.has(name) && attributes.get(name) === undefined) assigned[name] = value;
    // An attribute that says "false" is there all the same.
    else if (value !== false && value !== null && value !== undefined) rendered[attribute] = value;
  }
  return { rendered, assigned, handlers };
}

/**
 * A property that is no longer given gets back what the element had before. One that did not change is left alone: the element may have changed
 * it since.
 */
function assign(element: HTMLElement, before: Props, after: Props, originals: Map<string, unknown>): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (Object.is(before[name], after[name])) continue;
    if (!originals.has(name)) originals.set(name, Reflect.get(element, name));
    Reflect.set(element, name, after[name] === undefined ? originals.get(name) : after[name]);
  }
}

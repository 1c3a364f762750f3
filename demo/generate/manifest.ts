/** What the site reads of the custom-elements manifest. */
export interface Manifest {
  readonly modules: readonly { readonly declarations: readonly Partial<ElementEntry>[] }[];
}

export interface ElementEntry {
  readonly tagName: string;
  readonly name: string;
  readonly description?: string;
  readonly attributes?: readonly Described[];
  readonly members?: readonly Member[];
  readonly events?: readonly Described[];
  readonly slots?: readonly Described[];
  readonly cssParts?: readonly Described[];
  readonly cssProperties?: readonly Described[];
}

export interface Described {
  readonly name: string;
  readonly description?: string;
  readonly type?: { readonly text: string };
  readonly fieldName?: string;
  readonly default?: string;
}

export interface Member extends Described {
  readonly kind: "field" | "method";
  readonly readonly?: boolean;
  readonly parameters?: readonly Described[];
  readonly return?: { readonly type?: { readonly text: string } };
}

export const elementIn = (manifest: Manifest, tag: string): ElementEntry => {
  const found = manifest.modules.flatMap(({ declarations }) => declarations).find(({ tagName }) => tagName === tag);
  if (!found) throw new Error(`The custom-elements manifest has no <${tag}>.`);
  return found as ElementEntry;
};

/** What an element's page hands to its playground. */
export interface PlaygroundData {
  readonly tag: string;
  readonly attributes: readonly Described[];
  readonly events: readonly string[];
  readonly slots: readonly Described[];
  readonly parts: readonly string[];
  readonly cssProperties: readonly string[];
}

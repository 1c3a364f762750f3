/** The custom-elements manifest (schema 1.0.0) of the elements in `lib/ui` below `root`, with the paths of dist/. */
export function makeManifest(root: string): {
  readonly modules: readonly { readonly declarations: readonly { readonly tagName?: string }[] }[];
};

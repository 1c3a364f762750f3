export interface ManifestElement {
  /** Of the class. */
  readonly name: string;
  readonly tagName: string;
  readonly description?: string;
}

export interface Manifest {
  readonly modules: readonly { readonly declarations: readonly Partial<ManifestElement>[] }[];
}

/** The custom-elements manifest (schema 1.0.0) of the elements in `lib/ui` below `root`, with the paths of dist/. */
export function makeManifest(root: string): Manifest;

/** Every element of a manifest, by its tag. */
export function elementsOf(manifest: Manifest): readonly ManifestElement[];

/** The same for editors: https://github.com/JetBrains/web-types. */
export function webTypes(
  manifest: Manifest,
  packageJson: { readonly name: string; readonly version: string },
): { readonly contributions: { readonly html: { readonly elements: readonly Readonly<Record<string, unknown>>[] } } };

/** One way of using the package; its files are in `fixtures/<name>`, and those with a `build.mjs` are built by it. */
export interface Consumer {
  readonly name: string;
  readonly title: string;
  /** Its fixture has a package.json and a lock of its own: other versions than those all the others share. */
  readonly ownPackages?: true;
  /** Its pages are what it built, in `dist`. Otherwise they are files of the project. */
  readonly bundled?: true;
  /** The page with inlined assets, and the one that names their addresses. Undefined: nothing to open. */
  readonly pages?: { readonly inlined: string; readonly strict: string };
}

const twoPages = { inlined: "index.html", strict: "strict.html" };
const onePage = { inlined: "index.html", strict: "index.html?urls" };

/** What takes longest to build comes first. */
export const consumers: readonly Consumer[] = [
  { name: "types", title: "TypeScript declarations" },
  { name: "webpack", title: "webpack 5", bundled: true, pages: onePage },
  { name: "vite", title: "Vite 8", bundled: true, pages: onePage },
  { name: "esbuild", title: "esbuild, headless Call", bundled: true, pages: onePage },
  { name: "module", title: '<script type="module">', pages: twoPages },
  { name: "iife", title: "script tag (IIFE, SRI)", pages: twoPages },
  { name: "react", title: "React 19", bundled: true, pages: onePage },
  { name: "react18", title: "React 18, voicebridge/react", ownPackages: true, bundled: true, pages: onePage },
  { name: "ssr", title: "SSR in plain Node, hydrated", bundled: true, pages: twoPages },
];

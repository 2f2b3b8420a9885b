/**
 * What the reader shows: plain elements, made once. Runs in the page of the reader.
 *
 * Surprising: text is only ever set as text. A paper's title that looks like markup is a title (the content security policy
 * would stop it from running, but it has no business in the page at all).
 */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | null>>;

/** An element with attributes (`null` and `false`: left out) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that does not send a form. */
export function button(text: string, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onPress);
  return element;
}

/** Labels and what stands beside them. */
export function facts(list: readonly (readonly [string, string])[]): Node | null {
  if (list.length === 0) return null;
  return h("dl", {}, ...list.flatMap(([label, value]) => [h("dt", {}, label), h("dd", { dir: "auto" }, value)]));
}

/** Hands bytes to the browser's downloads; they are let go when the page closes them. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

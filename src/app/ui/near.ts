/** Which elements are near the screen. Runs in the page; one observer for all. */

type Seen = (visible: boolean) => void;
const watched = new WeakMap<Element, Seen>();
let observer: IntersectionObserver | undefined;

/** Tells when `element` comes near the screen and when it goes. Where that cannot be known, it counts as near. */
export function whenNear(element: Element, seen: Seen): () => void {
  if (typeof IntersectionObserver === "undefined") {
    seen(true);
    return () => undefined;
  }
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) watched.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: "300px" },
  );
  watched.set(element, seen);
  observer.observe(element);
  return () => {
    watched.delete(element);
    observer?.unobserve(element);
  };
}

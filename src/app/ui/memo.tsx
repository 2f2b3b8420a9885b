/** Parts of a screen that are drawn again for new words only, not each time the screen around them is. Runs in the page. */
import type { ComponentType, VNode } from "preact";
import { useRef } from "preact/hooks";

function isSame(a: object, b: object): boolean {
  const [before, after] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const names = Object.keys(after);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => name in before && Object.is(before[name], after[name]))
  );
}

/**
 * `Part`, left alone while each of its properties is the same value; its own state and contexts draw it as ever. Preact
 * leaves out an element that it has just seen; its `memo` is in a compatibility layer ten times this size.
 */
export function memo<Props extends object>(Part: ComponentType<Props>): (props: Props) => VNode {
  return function Memo(props) {
    const last = useRef<{ readonly props: Props; readonly drawn: VNode } | null>(null);
    if (last.current === null || !isSame(last.current.props, props))
      last.current = { props, drawn: <Part {...props} /> };
    return last.current.drawn;
  };
}

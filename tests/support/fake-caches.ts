/** The Cache API in memory, as far as this project uses it: what is put stays until it is deleted. */

export interface FakeCaches extends Pick<CacheStorage, "open"> {
  /** Bodies by cache and path, to be looked at or changed behind the code's back. */
  readonly held: Map<string, Map<string, Uint8Array<ArrayBuffer>>>;
}

const pathOf = (request: RequestInfo | URL): string =>
  new URL(request instanceof Request ? request.url : request, "http://besace.example").pathname;

export function createFakeCaches(): FakeCaches {
  const held: FakeCaches["held"] = new Map();
  return {
    held,
    async open(name) {
      const bodies = held.get(name) ?? new Map<string, Uint8Array<ArrayBuffer>>();
      held.set(name, bodies);
      const cache: Pick<Cache, "match" | "put" | "delete" | "keys"> = {
        async match(request) {
          const body = bodies.get(pathOf(request));
          return body === undefined ? undefined : new Response(body);
        },
        async put(request, response) {
          bodies.set(pathOf(request), new Uint8Array(await response.arrayBuffer()));
        },
        delete: async (request) => bodies.delete(pathOf(request)),
        keys: async () => [...bodies.keys()].map((path) => new Request(`http://besace.example${path}`)),
      };
      return cache as Cache;
    },
  };
}

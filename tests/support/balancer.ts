/**
 * A plain TCP balancer on loopback: each connection goes to the next server of the list that takes it. Runs in Node.
 *
 * It understands nothing of what passes, holds nothing back, and keeps no one with one server: whatever the servers need
 * to know of each other they have to find out without it.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type Balancer = {
  readonly port: number;
  /** Connections that each target got, in the order of the list. */
  counts(): readonly number[];
  close(): Promise<void>;
};

/** @param targets ports on loopback. */
export async function createBalancer(targets: readonly number[]): Promise<Balancer> {
  const counts = targets.map(() => 0);
  const open = new Set<Socket>();
  let turn = 0;

  const hold = (socket: Socket): void => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  };
  const pair = (client: Socket, server: Socket): void => {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
    client.resume();
  };
  const reach = (client: Socket, tries: number): void => {
    const target = turn % targets.length;
    turn += 1;
    const port = targets[target];
    if (port === undefined || tries === 0 || client.destroyed) {
      client.destroy();
      return;
    }
    const server = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const refused = (): void => reach(client, tries - 1);
    server.once("error", refused);
    server.once("connect", () => {
      server.off("error", refused);
      counts[target] = (counts[target] ?? 0) + 1;
      hold(server);
      pair(client, server);
    });
  };

  const listener = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    hold(client);
    client.on("error", () => client.destroy());
    reach(client, targets.length);
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  return {
    port: (listener.address() as AddressInfo).port,
    counts: () => [...counts],
    close: async () => {
      for (const socket of [...open]) socket.destroy();
      await new Promise((done) => listener.close(done));
    },
  };
}

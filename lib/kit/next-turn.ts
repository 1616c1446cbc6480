/** Resolves in the event loop's next turn: timers, sockets and other work get theirs first. */
export function nextTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

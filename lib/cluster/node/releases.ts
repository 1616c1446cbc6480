/** The releases of Kubernetes that nodes can be moved between, newest first. */
export const RELEASES: readonly string[] = ['1.36.3', '1.36.2', '1.36.1', '1.36.0', '1.35.0'];

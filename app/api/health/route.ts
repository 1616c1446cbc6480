import { fleet } from '../../../lib/fleet/index.ts';

export const dynamic = 'force-dynamic';

/** For a monitor: 200 when every worker is up, else 503. */
export function GET(): Response {
  const ok = fleet()
    .workers()
    .every((w) => w.up);
  return Response.json({ ok }, { status: ok ? 200 : 503 });
}

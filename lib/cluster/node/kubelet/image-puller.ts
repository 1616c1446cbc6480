import { findImage, type Available } from '../images/catalogue.ts';
import { parseReference } from '../images/reference.ts';
import type { ContainerRecord } from './container-record.ts';

/** How the image of a container was had, or why not. `reason` is what the waiting state and the event say. */
export type Pulled =
  { image: Available; pulled: boolean } | { reason: string; message: string; events: readonly ImageEvent[] };

export interface ImageEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const FIRST_BACK_OFF = 10_000;
const LONGEST_BACK_OFF = 300_000;

/** Has the image of a container, as its pull policy wants it. All images of the catalogue are on every node. */
export function ensureImage(record: ContainerRecord, now: number): Pulled {
  const name = record.spec.image ?? '';
  const policy = record.spec.imagePullPolicy ?? 'IfNotPresent';
  const reference = parseReference(name);
  if (!reference) {
    const message = `Failed to apply default image tag ${JSON.stringify(name)}: couldn't parse image name ${JSON.stringify(name)}: invalid reference format`;
    return {
      reason: 'InvalidImageName',
      message,
      events: [
        { type: 'Warning', reason: 'InspectFailed', message },
        { type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName' },
      ],
    };
  }
  const image = findImage(reference);
  if (image) return { image, pulled: policy === 'Always' };
  if (policy === 'Never') {
    const message = `Container image ${JSON.stringify(name)} is not present with pull policy of Never`;
    return {
      reason: 'ErrImageNeverPull',
      message,
      events: [
        { type: 'Warning', reason: 'ErrImageNeverPull', message },
        { type: 'Warning', reason: 'Failed', message: 'Error: ErrImageNeverPull' },
      ],
    };
  }
  if (now < record.pullBackOffUntil && record.pullError) {
    return {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image ${JSON.stringify(name)}: ErrImagePull: ${record.pullError.message}`,
      events: [
        { type: 'Normal', reason: 'BackOff', message: `Back-off pulling image ${JSON.stringify(name)}` },
        { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
      ],
    };
  }
  record.pullBackOff = Math.min(record.pullBackOff ? record.pullBackOff * 2 : FIRST_BACK_OFF, LONGEST_BACK_OFF);
  record.pullBackOffUntil = now + record.pullBackOff;
  const full = `${reference.repository}${reference.tag ? `:${reference.tag}` : ''}${reference.digest ? `@${reference.digest}` : ''}`;
  const message = `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve image: ${full}: not found`;
  record.pullError = { reason: 'ErrImagePull', message };
  return {
    reason: 'ErrImagePull',
    message,
    events: [
      { type: 'Normal', reason: 'Pulling', message: `Pulling image ${JSON.stringify(name)}` },
      { type: 'Warning', reason: 'Failed', message: `Failed to pull image ${JSON.stringify(name)}: ${message}` },
      { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
    ],
  };
}

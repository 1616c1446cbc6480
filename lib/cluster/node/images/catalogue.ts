import { createHash } from 'node:crypto';
import type { Image } from './image.ts';
import { images } from './index.ts';
import { formatReference, parseReference, type Reference } from './reference.ts';

/** An image that can be had, under the name that somebody asked for. */
export interface Available {
  image: Image;
  reference: Reference;
  /** `docker.io/library/nginx:1.25`: what a container's status shows. */
  name: string;
  /** `docker.io/library/nginx@sha256:…`. */
  imageId: string;
  /** `sha256:…` of the configuration: what the runtime calls it. */
  configDigest: string;
}

let byRepository: ReadonlyMap<string, Image> | undefined;

/** Finds what a reference names among the simulated images. */
export function findImage(reference: Reference): Available | undefined {
  byRepository ??= new Map(images.map((image) => [image.repository, image]));
  const image = byRepository.get(reference.repository);
  if (!image) return undefined;
  const tag = reference.digest
    ? image.tags.find((t) => digestOf(image, t) === reference.digest)
    : image.tags.find((t) => t === reference.tag);
  if (tag === undefined) return undefined;
  return {
    image,
    reference,
    name: formatReference(reference),
    imageId: `${image.repository}@${digestOf(image, tag)}`,
    configDigest: `sha256:${createHash('sha256').update(`config ${image.repository}:${tag}`).digest('hex')}`,
  };
}

export function findImageByName(name: string): Available | undefined {
  const reference = parseReference(name);
  return reference && findImage(reference);
}

export function digestOf(image: Image, tag: string): string {
  return `sha256:${createHash('sha256').update(`manifest ${image.repository}:${tag}`).digest('hex')}`;
}

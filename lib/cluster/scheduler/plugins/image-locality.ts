import type { Plugin } from '../framework.ts';

const MIB = 1024 * 1024;
const LEAST = 23 * MIB;
const MOST_EACH = 1000 * MIB;

/** `nginx` → `nginx:latest`, as nodes list their images. */
function tagged(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

/** Prefers nodes that have a pod's images already; images that all nodes have count most, so that pods do not heap up. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  score(pod, nodes, snapshot) {
    const images = pod.spec.containers.map((c) => tagged(c.image ?? ''));
    const sizeOn = (node: (typeof nodes)[number], image: string): number =>
      node.node.status?.images?.find((i) => i.names?.some((n) => n === image || n.endsWith(`/${image}`)))?.sizeBytes ??
      0;
    const spread = images.map(
      (image) => snapshot.nodes.filter((n) => sizeOn(n, image) > 0).length / Math.max(1, snapshot.nodes.length),
    );
    const most = MOST_EACH * images.length;
    return nodes.map((node) => {
      const sum = images.reduce((total, image, i) => total + sizeOn(node, image) * (spread[i] ?? 0), 0);
      return Math.floor((100 * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
    });
  },
};

import type { Image } from './image.ts';
import { agnhost } from './agnhost.ts';
import { alpine } from './alpine.ts';
import { busybox } from './busybox.ts';
import { etcd, kubeApiserver, kubeControllerManager, kubeScheduler } from './control-plane.ts';
import { coredns } from './coredns.ts';
import { curl } from './curl.ts';
import { debian } from './debian.ts';
import { httpd } from './httpd.ts';
import { kubeProxy } from './kube-proxy.ts';
import { metricsServer } from './metrics-server.ts';
import { nginx } from './nginx.ts';
import { pause } from './pause.ts';
import { redis } from './redis.ts';
import { testImages } from './test-images.ts';
import { ubuntu } from './ubuntu.ts';

/** Every image that can be had. One more is one more file and one line here. */
export const images: readonly Image[] = [
  agnhost, alpine, busybox, coredns, curl, debian, etcd, httpd, kubeApiserver, kubeControllerManager, kubeProxy, kubeScheduler, metricsServer, nginx, pause, redis, ...testImages, ubuntu,
]; // prettier-ignore
